"""What is dropped, and what is not: exact cases, in English and Chinese."""
import json
from pathlib import Path

import pytest

from twinformer.endpoints.reply import Reply
from twinformer.synthetic.answer_filter import AnswerFilter
from twinformer.synthetic.task_filter import FORBIDDEN, LENGTHS, TaskFilter

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
SEEDS = {language: [entry["instruction"] for entry in json.loads(
    (SAMPLES / f"seeds-{language}.json").read_text("utf-8"))] for language in ("en", "zh")}


def filter_of(language, known=(), similarity=0.7, forbidden=None):
    return TaskFilter(language, known, similarity,
                      FORBIDDEN[language] if forbidden is None else forbidden)


@pytest.mark.parametrize(("task", "reason"), [
    ("Name four kinds of tree.", ""),
    ("", "blank"), (" \n", "blank"), ("...", "blank"),
    ("Name three trees.", "too short"),
    ("word " * 150, ""), ("word " * 151, "too long"),
    ("Describe the image in one sentence.", "a forbidden word"),
    ("Describe the IMAGE, in one sentence.", "a forbidden word"),
    ("Imagine a profile of a mapmaker.", ""),           # parts of words are none
    ("Open the attached report and sum it up.", "a forbidden word"),
    ("说出四种常见的树。", "another language"),
    ("Translate 早上好 into English for me.", ""),
])
def test_english_tasks(task, reason):
    assert filter_of("en").take(task) == reason


@pytest.mark.parametrize(("task", "reason"), [
    ("说出四种常见的树。", ""), ("说出四种树。", "too short"), ("。", "blank"),
    ("树" * 300, ""), ("树" * 301, "too long"),
    ("描述这张图片里的人。", "a forbidden word"), ("打开附件并写出摘要。", "a forbidden word"),
    ("Name four kinds of tree.", "another language"),
    ("把这句话翻译成中文：The weather is very nice today.", ""),
])
def test_chinese_tasks(task, reason):
    assert filter_of("zh").take(task) == reason


def test_like_a_seed_or_like_one_that_was_kept():
    tasks = filter_of("en", ["Name four kinds of tree that grow in cold countries."])
    assert tasks.take("Name five kinds of tree that grow in cold countries.") == "too similar"
    assert tasks.take("Write a poem about a clock that stopped.") == ""
    assert tasks.take("Write a poem about a clock that STOPPED!") == "too similar"
    # 6 of 8 words are 0.75, 5 of 8 are 0.625
    assert tasks.take("Write a song about a bridge that stopped.") == "too similar"
    assert tasks.take("Write a song about a bridge that fell.") == ""
    assert tasks.kept == ["Write a poem about a clock that stopped.",
                          "Write a song about a bridge that fell."]
    chinese = filter_of("zh", ["说出四种常见的树。"])
    assert chinese.take("说出五种常见的树。") == "too similar"
    assert chinese.take("写一首关于钟表的小诗。") == "" and len(chinese.kept) == 1


def test_what_is_dropped_is_not_compared_with():
    tasks = filter_of("en", forbidden=["poem"])
    assert tasks.take("Write a poem about the sea.") == "a forbidden word"
    assert tasks.take("Write a story about the sea.") == ""


def test_words_of_ones_own():
    assert filter_of("en", forbidden=[]).take("Describe the image in one line.") == ""
    assert filter_of("en", forbidden=["C++"]).take("Explain C++ to a child.") == "a forbidden word"
    assert filter_of("zh", forbidden=["写诗"]).take("请为春天写诗一首吧。") == "a forbidden word"
    for similarity in (0, -1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="similarity must be a share above 0"):
            filter_of("en", similarity=similarity)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_seeds_pass_their_own_filter(language):
    """Thirty in each language, no two alike, none of what a model cannot do."""
    tasks = filter_of(language)
    assert [tasks.take(seed) for seed in SEEDS[language]] == [""] * 30
    assert LENGTHS.keys() == FORBIDDEN.keys() == SEEDS.keys()


def answered(text, whole=True, task="Write a poem about a clock.", longest=100):
    return AnswerFilter(longest).reason(task, Reply(text, whole))


@pytest.mark.parametrize(("text", "reason"), [
    ("Tick, tock.", ""), ("42", ""), ("==", ""), ("", "empty"), (" \n", "empty"),
    ("<think>A clock ...</think>", "empty"), ("<think>A clock ...", "empty"),
    ("x" * 100, ""), ("x" * 101, "too long"),
    ("I'm sorry, but I can't help with that.", "a refusal"),
    ("I cannot assist with this request.", "a refusal"),
    ("As an AI language model, I have no clock.", "a refusal"),
    ("Sorry is the hardest word to say.", ""), ("I can help you: tick, tock.", ""),
    ("An AI language model is a program.", ""),
    ("很抱歉，我无法完成这个任务。", "a refusal"), ("作为一个人工智能，我没有钟。", "a refusal"),
    ("对不起的意思是道歉。", ""), ("作为一个孩子，他很高。", ""),
    ("Write a poem about a clock!", "the task again"),
    ("Write a poem about a clock. It says tick and tock all day long.", ""),
])
def test_answers(text, reason):
    assert answered(text) == reason


def test_half_an_answer_is_cut_off_whatever_it_says():
    assert answered("Tick, to", whole=False) == answered("", whole=False) == "cut off"


def test_a_short_task_may_be_the_answer():
    """"Is it right to say yes?" "Yes." """
    assert answered("Say yes.", task="Say yes.") == ""


def test_thoughts_are_no_part_of_what_is_learned():
    reply = Reply("<think>Hm.\nA clock.</think>\n\nTick, tock. ")
    assert AnswerFilter(100).text(reply) == "Tick, tock."


def test_the_same_answer_to_another_task():
    answers = AnswerFilter(100)
    assert not answers.repeated("I think that this is fine.")
    assert answers.repeated("I think, that this is FINE")
    assert not answers.repeated("Yes.") and not answers.repeated("Yes.")
    assert not answers.repeated("我觉得这样很好。") and answers.repeated("我觉得这样很好！")


def test_an_answer_needs_room():
    with pytest.raises(ValueError, match="at least 1 character, got 0"):
        AnswerFilter(0)
