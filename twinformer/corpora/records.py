"""Labelled examples for finetuning: messages, instructions, preferences."""
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np

from ..io.tables.dialect import rows_of
from ..io.text_files import json_list, read_text
from .task_entries import pair_of, task_of
from .turns import Turn

__all__ = ["Message", "Instruction", "Preference", "read_messages",
           "read_instructions", "read_preferences", "balanced",
           "split_in_order", "turns_of_task"]

Row = TypeVar("Row")


class Message(NamedTuple):
    """A text and its class, for example ham or spam."""

    label: str
    text: str


class Instruction(NamedTuple):
    """A task, what it is about ("" for nothing), and a good answer.

    history: what was said before, where a conversation goes on with it.
    """

    instruction: str
    input: str
    output: str
    history: tuple[Turn, ...] = ()


class Preference(NamedTuple):
    """A task with an answer that people prefer to another one."""

    instruction: str
    input: str
    output: str
    chosen: str
    rejected: str
    history: tuple[Turn, ...] = ()


def turns_of_task(task: "Instruction | Preference") -> list[Turn]:
    """The conversation up to the question, which is its last turn."""
    question = task.instruction + (f"\n{task.input}" if task.input else "")
    return [*task.history, Turn("user", question)]


def read_messages(path: str | Path, quoted: bool = False) -> list[Message]:
    """Lines of label, tab, text; a first line "label, tab, text" is a header.

    Parameters
    ----------
    quoted
        Read quotation marks as spreadsheets and pandas do: a text that
        begins with one goes on to the next one, over the ends of lines. The
        book reads the SMS Spam Collection so, and finds 5,572 messages; its
        authors count 5,574.
    """
    text = read_text(path)
    rows = ((row.cells for row in rows_of(path, text, "\t", True))
            if quoted else (line.rstrip("\r").split("\t", 1)
                            for line in text.split("\n")))
    messages = []
    for number, row in enumerate(rows, 1):
        if not row or row == [""] or (number == 1
                                      and row == ["label", "text"]):
            continue
        if len(row) != 2:
            raise ValueError(f"{path}, line {number}: expected a label, "
                             f"a tab and a text, got {row}")
        messages.append(Message(*row))
    return messages


def read_instructions(path: str | Path, *, answered: bool = True,
                      whole: bool = False,
                      note: Callable[[str], None] = lambda words: None
                      ) -> list[Instruction]:
    """Tasks in any form of task_entries.py: a JSON list, or JSON lines.

    Parameters
    ----------
    answered
        Whether each needs an answer; where not, a missing one is "".
    whole
        Whether of conversations all is taken: the last question, its answer,
        and as history what stands before. Else the first exchange is.
    note
        Takes a line about what was left out of conversations.

    Raises
    ------
    ValueError
        With file and entry, where one is no task.
    """
    tasks, longer = [], 0
    for number, entry in enumerate(json_list(path)):
        where = f"{path}, entry {number}"
        task = task_of(entry, where, whole, answered)
        if answered and task.output is None:
            raise ValueError(f"{where}: expected texts instruction, input, "
                             "output (or completion, or a message of the "
                             f"assistant): no answer in {entry!r:.200}")
        tasks.append(Instruction(task.instruction, task.input,
                                 task.output or "", task.history))
        longer += task.longer
    if longer:
        note(f"{path}: {longer} of {len(tasks)} conversations go on after "
             "their first answer; only the first question and its answer are "
             "taken")
    return tasks


def read_preferences(path: str | Path, *,
                     note: Callable[[str], None] = lambda words: None
                     ) -> list[Preference]:
    """Pairs in any form of task_entries.py: a JSON list, or JSON lines.

    Conversations of several turns are left out: the answers that differ stand
    at their ends, and a pair here has one question.

    Raises
    ------
    ValueError
        With file and entry, where one is no pair; where none is left.
    """
    entries = json_list(path)
    pairs = [pair_of(entry, f"{path}, entry {number}")
             for number, entry in enumerate(entries)]
    short = [pair for pair in pairs if not pair.longer]
    if pairs and not short:
        raise ValueError(f"{path}: all {len(pairs)} entries are conversations "
                         "of several turns; expected one question and two "
                         "answers to it")
    if len(short) < len(pairs):
        note(f"{path}: {len(pairs) - len(short)} of {len(pairs)} entries are "
             "conversations of several turns, and were left out; the others "
             "are counted without them")
    return [Preference(pair.task.instruction, pair.task.input,
                       pair.task.output or "", pair.chosen, pair.rejected)
            for pair in short]


def balanced(labels: Sequence[str],
             random: np.random.Generator | np.random.RandomState
             ) -> np.ndarray:
    """Indices with as many of each label as the rarest one has

    A classifier that always says "ham" is right for most of the messages;
    with equal numbers it is right for half of them. The larger classes are
    drawn without replacement, in sorted order of their labels; the indices
    come class by class, the rarest one last and in its own order.

    With ``np.random.RandomState(seed)`` the draw is that of pandas'
    ``frame.sample(n, random_state=seed)``, and so of the book.
    """
    given = np.asarray(labels)
    names, counts = np.unique(given, return_counts=True)
    if len(names) < 2:
        raise ValueError(f"there is nothing to balance: labels {names}")
    rarest = names[np.argmin(counts)]
    parts = []
    for name in names:
        if name != rarest:
            rows = np.flatnonzero(given == name)
            chosen = random.choice(len(rows), counts.min(), replace=False)
            parts.append(rows[chosen])
    return np.concatenate([*parts, np.flatnonzero(given == rarest)])


def split_in_order(rows: Sequence[Row],
                   *shares: float) -> list[Sequence[Row]]:
    """Consecutive parts of these shares, rounded down, then the rest

    split_in_order(rows, 0.7, 0.1) gives training, validation and test part.
    """
    if min(shares, default=0.0) < 0 or sum(shares) > 1:
        raise ValueError("shares must not be negative and add up to at most "
                         f"1, not {shares}")
    sizes = [int(len(rows) * share) for share in shares]
    ends = np.cumsum([0, *sizes]).tolist()
    return [rows[start:end]
            for start, end in zip(ends, [*ends[1:], len(rows)])]
