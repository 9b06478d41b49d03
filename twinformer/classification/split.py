"""What to learn from, what to choose by, what to be judged by: three parts of
the labelled texts that share no text's row."""
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..corpora.records import Message, balanced, split_in_order

__all__ = ["Parts", "SPLITS", "BALANCES", "class_weights", "split_messages"]

SPLITS = ("stratified", "shuffled")
BALANCES = ("none", "undersample", "weights")


class Parts(NamedTuple):
    """The three parts of a set of labelled texts."""

    train: list[Message]
    validation: list[Message]
    test: list[Message]


def split_messages(
    messages: Sequence[Message], validation: float, test: float,
    split: str = "stratified", balance: str = "none", seed: int = 123,
) -> Parts:
    """Cut labelled texts into three parts.

    Parameters
    ----------
    validation, test
        Their shares; 0 = none.
    split
        "stratified" gives every part the same share of each class;
        "shuffled" cuts one shuffled list, as the book does: with
        balance="undersample" and seed 123, SMS for SMS its parts.
    balance
        "undersample" keeps as many texts of each class as the rarest has.
    seed
        Another seed, other parts.

    Raises
    ------
    ValueError
        A class has too few texts for every part to get one, shares that leave
        nothing to learn from, an unknown split or balance.
    """
    for name, value, known in (("split", split, SPLITS),
                               ("balance", balance, BALANCES)):
        if value not in known:
            raise ValueError(f"{name} must be one of {', '.join(known)}, got "
                             f"{value!r}")
    if min(validation, test) < 0 or validation + test >= 1:
        raise ValueError(f"validation ({validation}) and test ({test}) are "
                         "shares of the texts; something must be left to "
                         "learn from")
    messages = list(messages)
    if balance == "undersample":
        rows = balanced([message.label for message in messages],
                        np.random.RandomState(seed))
        messages = [messages[row] for row in rows]
    if split == "shuffled":
        order = np.random.RandomState(seed).permutation(len(messages))
        mixed = [messages[row] for row in order]
        train = round(1 - validation - test, 12)  # 0.7, not 0.70...01
        return Parts(*map(list, split_in_order(mixed, train, validation)))
    parts = stratified([message.label for message in messages], validation,
                       test, seed)
    return Parts(*([messages[row] for row in part] for part in parts))


def stratified(labels: Sequence[str], validation: float, test: float,
               seed: int) -> list[np.ndarray]:
    """Rows of the three parts, each in the order of the file."""
    given = np.asarray(labels)
    random = np.random.default_rng(seed)
    parts: list[list[np.ndarray]] = [[], [], []]
    least = 1 + (validation > 0) + (test > 0)
    for name in sorted(set(labels)):
        rows = random.permutation(np.flatnonzero(given == name))
        if len(rows) < least:
            raise ValueError(
                f"class {name!r} has {len(rows)} text"
                f"{'s' * (len(rows) != 1)}, and each of {least} parts needs "
                "one; add texts, leave the class out, or give validation and "
                "test files of your own")
        n_test = part_of(test, len(rows), least)
        n_validation = part_of(validation, len(rows), least)
        ends = [n_test, n_test + n_validation]
        for part, found in zip((2, 1, 0), np.split(rows, ends), strict=True):
            parts[part].append(found)
    return [np.sort(np.concatenate(part)) for part in parts]


def part_of(share: float, n: int, least: int) -> int:
    """A share of n, rounded; at least 1 of it, and 1 for the other parts."""
    if share == 0:
        return 0
    return min(max(1, round(share * n)), n - least + 1)


def class_weights(labels: Sequence[str],
                  classes: Sequence[str]) -> tuple[float, ...]:
    """v_c = N / (C N_c): each class has the same say; their mean over the
    texts is 1."""
    given = list(labels)
    counts = [given.count(name) for name in classes]
    return tuple(len(given) / (len(classes) * count) for count in counts)
