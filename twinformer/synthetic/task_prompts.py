"""What a model is asked in order to invent tasks, and what it then wrote.

Self-Instruct (Wang et al. 2022, arXiv:2212.10560, table 5) shows tasks and
lets a model go on with the list. Models that follow instructions are asked
for the next numbers. The words are this project's own.
"""
import re
from collections.abc import Sequence

__all__ = ["LANGUAGES", "tasks_in", "tasks_prompt"]

WORDS = {
    "en": (
        "Below are {shown} tasks that people give to an assistant.\n\n"
        "{tasks}\n\n"
        "Write {new} more, numbered {first} to {last}, each on one line. Make "
        "them differ from those above and from each other: in topic, in what "
        "is to be done, in wording and in length. A task says, in one to "
        "three sentences, all that is needed to do it; if it is about a text, "
        "a list or numbers, they stand in it. It can be done in writing "
        "alone: without pictures, sound, files, links or a network. Write "
        "the tasks only, not their answers."),
    "zh": (
        "下面是人们交给助手的{shown}项任务。\n\n"
        "{tasks}\n\n"
        "请接着写{new}项新任务，编号从{first}到{last}，每项占一行。新任务要与上面的"
        "不同，彼此也不同：话题、要做的事、措辞和长短都要有变化。每项任务用一到三句话"
        "写清完成它所需的一切；如果任务针对一段文字、一份清单或一些数字，就把它们写在"
        "任务里。任务只靠文字就能完成：不需要图片、声音、文件、链接或网络。只写任务，"
        "不写答案。用中文写。"),
}
LANGUAGES = tuple(WORDS)

# "9. Do it", "**Task 9:** do it", "- 任务9：…"; not the 1.5 of "1.5 litres"
NUMBERED = re.compile(
    r"[\s>*#-]*(?:task|任务)?\s*\d{1,4}\s*[.):、．。：）](?!\d)[\s*]*(.*)", re.I)


def tasks_prompt(shown: Sequence[str], new: int, language: str) -> str:
    """The request for new tasks.

    Parameters
    ----------
    shown
        Tasks of one line each, to be numbered from 1.
    new
        How many are asked for.
    language
        "en" or "zh".
    """
    lines = "\n".join(f"{i}. {task}" for i, task in enumerate(shown, 1))
    return WORDS[language].format(
        shown=len(shown), new=new, first=len(shown) + 1,
        last=len(shown) + new, tasks=lines)


def tasks_in(answer: str, whole: bool, most: int) -> list[str]:
    """The numbered tasks of an answer, at most so many.

    What stands in front of the first number, or below a blank line behind a
    task, is not of the list. Of an answer that was cut off, the last task is
    left out: it may be half of one.
    """
    tasks: list[str] = []
    inside = False
    for line in answer.splitlines():
        if found := NUMBERED.fullmatch(line):
            tasks.append(plain(found[1]))
            inside = True
        elif not line.strip():
            inside = False
        elif inside:
            tasks[-1] = f"{tasks[-1]}\n{plain(line)}".strip()
    return (tasks if whole else tasks[:-1])[:most]


def plain(line: str) -> str:
    """Without the marks that make words bold."""
    return line.replace("**", "").strip()
