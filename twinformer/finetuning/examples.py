"""Tasks and their answers on the way to a model: split, checked, encoded.

What instruction finetuning and DPO have in common: the one learns one answer
to each task, the other compares two.
"""
from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from ..chat.template import ChatTemplate
from ..corpora.prompt_style import PromptStyle
from ..corpora.records import Instruction, Preference, split_in_order
from ..tokenizers.tokenizer import Tokenizer

__all__ = ["Example", "Splits", "check_filled", "encode_examples",
           "require_end_of_text", "split_tasks"]

Task = TypeVar("Task")


class Splits(NamedTuple):
    """What is learned, what decides, what is only reported."""

    train: list
    validation: list
    test: list


class Example(NamedTuple):
    """A task as token ids, without the end of text."""

    task: Instruction | Preference
    question: list[int]
    answers: list[list[int]]
    earlier: tuple[tuple[int, int], ...] = ()   # answers within the question

    def text(self, number: int = 0) -> list[int]:
        """The question and one answer."""
        return self.question + self.answers[number]

    @property
    def length(self) -> int:
        """Of the question with its longest answer."""
        return len(self.question) + max(map(len, self.answers))


def split_tasks(tasks: Sequence[Task], train: float, test: float) -> Splits:
    """The first tasks to train on, the next to test, the rest to validate

    This is the book's order: of its 1,100 instructions 935 to train on, 110
    to test and 55 to validate, with shares of 0.85 and 0.1.

    Raises
    ------
    ValueError
        If the shares are none, or leave nothing to train on or to validate.
    """
    if not (0 < train < 1 and 0 <= test < 1 and train + test < 1):
        raise ValueError(
            f"the training share ({train}) and the test share ({test}) must "
            "leave a rest for validation; 0.85 and 0.1 are the book's")
    parts = split_in_order(tasks, train, test)
    splits = Splits(list(parts[0]), list(parts[2]), list(parts[1]))
    for name in ("train", "validation"):
        if not getattr(splits, name):
            raise ValueError(
                f"{len(tasks)} tasks, {train:.0%} of them to train on and "
                f"{test:.0%} to test, leave none for the {name} part; give "
                "more tasks, or other shares")
    return splits


def check_filled(tasks: Sequence[Instruction | Preference], fields: Sequence[str],
                 source: str) -> None:
    """ValueError where one of these fields of a task is empty."""
    for number, task in enumerate(tasks):
        for field in fields:
            if not getattr(task, field).strip():
                raise ValueError(
                    f"{source}, entry {number}: the {field} is empty; write "
                    "one, or take the entry out")


def require_end_of_text(tokenizer: Tokenizer) -> int:
    """The end-of-text token; ValueError where a tokenizer has none."""
    if tokenizer.end_of_text is None:
        raise ValueError(
            "this model's tokenizer has no end-of-text token, by which it "
            "could learn where an answer ends; finetune a model with a bpe "
            "or bytes tokenizer")
    return tokenizer.end_of_text


def encode_examples(
    tasks: Sequence[Instruction | Preference], answers: Sequence[str],
    style: PromptStyle | ChatTemplate,
    tokenizer: Tokenizer, context_length: int,
) -> tuple[list[Example], int]:
    """-> the examples that fit into a context, and how many did not

    A conversation is one example, in which all its answers are learned; where
    the style writes earlier answers in another way, each is one by itself.

    An example that does not fit is left out: cut off, it would teach that an
    answer breaks off in the middle.

    Parameters
    ----------
    answers
        The fields of a task that are its answers.

    Raises
    ------
    ValueError
        If the tokenizer lacks a character, no example fits, or a chat
        template does not let an answer be told from the rest.
    """
    examples = []
    for whole in tasks:
        for task in (style.parted(whole) if isinstance(whole, Instruction)
                     else [whole]):
            given = [getattr(task, answer) for answer in answers]
            examples.append(Example(task, *style.encoded(
                task, given, tokenizer)))
    fitting = [example for example in examples
               if example.length <= context_length]
    if examples and not fitting:
        shortest = min(example.length for example in examples)
        raise ValueError(
            f"the shortest of {len(examples)} tasks has {shortest} tokens "
            f"with its answer, and the model looks at {context_length}; "
            "shorten the tasks, take the shortest --template (qa), or train a "
            "model with a longer context (twinformer train --context-length "
            "256)")
    return fitting, len(examples) - len(fitting)
