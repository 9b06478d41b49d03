"""The very words that ask for tasks, and the tasks in what comes back."""
import pytest

from twinformer.synthetic.task_prompts import tasks_in, tasks_prompt

ENGLISH = """\
Below are 2 tasks that people give to an assistant.

1. Name a fruit.
2. Add 2 and 3.

Write 4 more, numbered 3 to 6, each on one line. Make them differ from those above and from each \
other: in topic, in what is to be done, in wording and in length. A task says, in one to three \
sentences, all that is needed to do it; if it is about a text, a list or numbers, they stand in \
it. It can be done in writing alone: without pictures, sound, files, links or a network. Write \
the tasks only, not their answers."""

CHINESE = """\
下面是人们交给助手的2项任务。

1. 说出一种水果。
2. 二加三等于几？

请接着写4项新任务，编号从3到6，每项占一行。新任务要与上面的不同，彼此也不同：话题、要做的事、措辞和\
长短都要有变化。每项任务用一到三句话写清完成它所需的一切；如果任务针对一段文字、一份清单或一些数字，\
就把它们写在任务里。任务只靠文字就能完成：不需要图片、声音、文件、链接或网络。只写任务，不写答案。\
用中文写。"""


def test_the_words_of_a_request():
    assert tasks_prompt(["Name a fruit.", "Add 2 and 3."], 4, "en") == ENGLISH
    assert tasks_prompt(["说出一种水果。", "二加三等于几？"], 4, "zh") == CHINESE


def test_braces_in_a_task_are_only_text():
    assert "1. Explain {x} and {}.\n" in tasks_prompt(["Explain {x} and {}."], 1, "en")


@pytest.mark.parametrize(("answer", "tasks"), [
    ("3. Name a tree.\n4. Name a bird.", ["Name a tree.", "Name a bird."]),
    ("Sure! Here they are:\n\n3. Name a tree.\n\nI hope this helps.", ["Name a tree."]),
    ("3) Name a tree.\n 4) Name a bird.", ["Name a tree.", "Name a bird."]),
    ("**Task 3:** Name a tree.\n- Task 4: **Name** a bird.", ["Name a tree.", "Name a bird."]),
    ("3. Translate:\nGuten Tag\n4. Name a bird.", ["Translate:\nGuten Tag", "Name a bird."]),
    ("3.\nName a tree.", ["Name a tree."]),
    ("3. Mix these:\n1.5 litres of milk\n4. Name a bird.",
     ["Mix these:\n1.5 litres of milk", "Name a bird."]),
    ("3、说出一种树。\n4．说出一种鸟。\n任务5：写一首诗。",
     ["说出一种树。", "说出一种鸟。", "写一首诗。"]),
    ("", []), ("No numbers here.\nNone at all.", [])])
def test_lists_in_many_hands(answer, tasks):
    assert tasks_in(answer, True, 8) == tasks


def test_half_a_task_is_left_out_and_no_more_taken_than_asked():
    answer = "3. One.\n4. Two.\n5. Thr"
    assert tasks_in(answer, False, 8) == ["One.", "Two."]
    assert tasks_in(answer, True, 2) == ["One.", "Two."]
    assert tasks_in("3. One", False, 8) == []
