"""The ids that both models read, and where two tokenizers part."""
from dataclasses import dataclass

import numpy as np

from .subject import Subject

__all__ = ["IdParting", "common_ids", "ids_of", "parted_ids"]


@dataclass
class IdParting:
    """The first id that differs: where, and both ids (None: one text is shorter)."""
    index: int
    a: int | None
    b: int | None
    tokens: tuple[str, str]


def ids_of(subject: Subject, text: str) -> list[int]:
    """The text's ids, without special tokens around it.

    Raises
    ------
    ValueError
        Where the tokenizer cannot read the text.
    """
    tokenizer = subject.tokenizer
    try:
        if hasattr(tokenizer, "encode_ordinary"):
            found = tokenizer.encode_ordinary(text)
        elif hasattr(tokenizer, "num_special_tokens_to_add"):
            found = tokenizer.encode(text, add_special_tokens=False)
        else:
            found = tokenizer.encode(text)
    except Exception as problem:
        raise ValueError(f"the tokenizer of {subject.name} cannot read the text: "
                         f"{problem}") from problem
    return [int(token) for token in getattr(found, "ids", found)]


def parted_ids(one: Subject, other: Subject, text: str) -> IdParting | None:
    """Where the two tokenizers part; None where they agree or there is but one."""
    if one.tokenizer is None or other.tokenizer is None:
        return None
    a, b = ids_of(one, text), ids_of(other, text)
    if a == b:
        return None
    shorter = min(len(a), len(b))
    index = next((i for i in range(shorter) if a[i] != b[i]), shorter)
    ours, theirs = (row[index] if index < len(row) else None for row in (a, b))
    return IdParting(index, ours, theirs, (token(one, ours), token(other, theirs)))


def token(subject: Subject, number: int | None) -> str:
    """What the id stands for, in quotes, where the tokenizer can say so."""
    if number is None:
        return "the end"
    try:
        return repr(subject.tokenizer.decode([number]))
    except Exception:
        return "?"


def common_ids(one: Subject, other: Subject, text: str | None, rows: int, length: int,
               seed: int) -> np.ndarray:
    """ids (B, T + 1) that both models can read: of the text, else of the seed.

    Raises
    ------
    ValueError
        Where there is no tokenizer for the text, or the ids do not fit a model.
    """
    sizes = [size for subject in (one, other) if (size := subject.vocabulary)]
    contexts = [size for subject in (one, other) if (size := subject.context)]
    length = min([length, *contexts])
    if text is None:
        if not sizes:
            raise ValueError(f"neither {one.name} nor {other.name} says how many tokens it knows "
                             "(model.config.vocab_size, or a torch.nn.Embedding); give --text "
                             "and a tokenizer")
        return np.random.default_rng(seed).integers(0, min(sizes), (rows, length + 1))
    reader = next((subject for subject in (one, other) if subject.tokenizer is not None), None)
    if reader is None:
        raise ValueError("neither model has a tokenizer to read --text with; leave --text out "
                         "for ids from --seed, or let a factory return (model, tokenizer)")
    ids = ids_of(reader, text)
    if len(ids) < 2:
        raise ValueError(f"the text is {len(ids)} token long, and a comparison needs two, one to "
                         "read and one to predict")
    ids = ids[:min(length, len(ids) - 1) + 1]
    if sizes and max(ids) >= min(sizes):
        raise ValueError(f"the text has the id {max(ids)}, and a model knows {min(sizes)} ids "
                         "alone: its tokenizer is another's")
    return np.array([ids])
