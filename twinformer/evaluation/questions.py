"""Questions of multiple choice, as their files word them.

HellaSwag, Zellers et al. 2019 (arXiv:1905.07830): four endings of a text.
LAMBADA, Paperno et al. 2016 (arXiv:1606.06031), in the form of OpenAI's
lambada_test.jsonl: the last word of a text, which only its beginning tells.
"""
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ..corpora.scripts import unspaced
from ..io.text_files import json_lines, read_text
from ..tokenizers.tokenizer import Tokenizer

__all__ = ["Question", "WORDINGS", "encode_question", "read_hellaswag",
           "read_last_words"]

WORDINGS = ("llm.c", "harness")


class Question(NamedTuple):
    """A context, what may follow it, and which of them does.

    The choices begin with the space that parts them from the context, where
    their script has spaces.
    """

    context: str
    choices: tuple[str, ...]
    label: int


def read_hellaswag(path: str | Path, wording: str = "llm.c",
                   ) -> list[Question]:
    """HellaSwag's JSON lines, as hellaswag_val.jsonl has them.

    Parameters
    ----------
    wording
        "llm.c" takes "ctx" and the endings as they are. "harness" puts the
        "activity_label" in front, begins "ctx_b" with a capital letter and
        takes out the marks of WikiHow, as lm-evaluation-harness does.

    Raises
    ------
    ValueError
        For a line that is no such question, or has no label.
    """
    if wording not in WORDINGS:
        raise ValueError(f"wording must be one of {', '.join(WORDINGS)}, got "
                         f"{wording!r}")
    questions = []
    for where, entry in objects_of(path):
        text(entry, "ctx", where)
        endings = entry.get("endings")
        if not (isinstance(endings, list) and len(endings) > 1
                and all(isinstance(each, str) for each in endings)):
            raise ValueError(f"{where}: expected a list of at least two "
                             f"endings, got {endings!r:.80}")
        label = str(entry.get("label", ""))
        if not label.isdigit() or int(label) >= len(endings):
            raise ValueError(
                f"{where}: expected a label in 0..{len(endings) - 1}, got "
                f"{label!r}; the test part comes without labels: use the "
                "validation part")
        context = entry["ctx"]
        if wording == "harness":
            before, after, title = (text(entry, name, where) for name in
                                    ("ctx_a", "ctx_b", "activity_label"))
            context = without_marks(f"{title}: {before} "
                                    f"{after.capitalize()}")
            endings = [without_marks(ending) for ending in endings]
        questions.append(Question(
            context, tuple(parted(ending) for ending in endings),
            int(label)))
    return questions


def read_last_words(path: str | Path) -> list[Question]:
    """LAMBADA's JSON lines {"text": ...}: all but the last word is context.

    Raises
    ------
    ValueError
        For a line that is no such object, or has one word only.
    """
    questions = []
    for where, entry in objects_of(path):
        context, _, word = text(entry, "text", where).rpartition(" ")
        if not context or not word:
            raise ValueError(f"{where}: expected a text that ends in a word "
                             f"after a space, got {entry['text']!r:.80}")
        questions.append(Question(context, (f" {word}",), 0))
    return questions


def encode_question(tokenizer: Tokenizer, question: Question
                    ) -> Iterator[tuple[list[int], list[int]]]:
    """Token ids of context and choice, for each choice

    They are those of the whole text where that can be cut at this place, as
    tokenizers may treat the beginning of a text in a way of their own. In
    front of the context stands what the model's texts begin with; an empty
    one becomes an end of text, if the tokenizer has one.
    """
    context = tokenizer.encode_ordinary(question.context)
    begin = ([] if tokenizer.beginning_of_text is None
             else [tokenizer.beginning_of_text])
    first = [] if tokenizer.first_token is None else [tokenizer.first_token]
    for choice in question.choices:
        whole = tokenizer.encode_ordinary(question.context + choice)
        if whole[:len(context)] == context and len(whole) > len(context):
            ids = whole[len(context):]
        else:
            ids = tokenizer.encode_ordinary(choice)
        yield begin + context or first, ids


def parted(ending: str) -> str:
    """An ending with a space in front; Chinese has none between words."""
    return ending if unspaced(ending) else f" {ending}"


def objects_of(path: str | Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """("FILE, line 3", object) for each line that is not empty"""
    found = False
    for number, entry in json_lines(read_text(path), str(path)):
        where = f"{path}, line {number}"
        if not isinstance(entry, dict):
            raise ValueError(f"{where}: expected an object, got "
                             f"{type(entry).__name__}")
        found = True
        yield where, entry
    if not found:
        raise ValueError(f"{path} has no line in it")


def text(entry: dict[str, Any], name: str, where: str) -> str:
    """A text of an object; ValueError where there is none."""
    if not isinstance(entry.get(name), str):
        raise ValueError(f"{where}: expected a text {name!r}, got the fields "
                         f"{', '.join(map(str, entry)) or 'none'}")
    return entry[name]


def without_marks(text: str) -> str:
    """WikiHow's [title] ends a sentence; its other marks say nothing."""
    plain = text.strip().replace(" [title]", ". ")
    return re.sub(r"\[.*?\]", "", plain).replace("  ", " ")
