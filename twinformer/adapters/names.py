"""What a model's layers and weights are called where `peft` put LoRA beside them in
transformers' model.

    here                         peft, GPT-2                      peft, Llama and others
    blocks.0.attention.qkv       transformer.h.0.attn.c_attn
    blocks.0.attention.q                                          model.layers.0.self_attn.q_proj
    head, of tokens              lm_head                          lm_head
    head, of classes             score                            score

In the files, "base_model.model." stands before every name.
"""
import functools
import re
from typing import NamedTuple

from ..architectures.kinds import small_model
from ..pretrained.formats.registry import FORMATS

__all__ = ["PREFIX", "is_turned", "our_name", "peft_name", "turned"]

PREFIX = "base_model.model."
HEADS = {"lm_head": "head", "score": "head"}
NUMBER = re.compile(r"(?<=\.)\d+(?=\.|$)")      # of a block, or of an expert
# transformers has all experts of a block in one array; as if they were Linears
EXPERTS = {f"blocks.#.feed_forward.experts.#.{part}{leaf}":
           f"model.layers.#.mlp.experts.#.{part}_proj{leaf}"
           for part in ("gate", "up", "down") for leaf in ("", ".weight", ".bias")}


class Table(NamedTuple):
    """Of one kind: names of layers and of weights, with # for the numbers in them."""

    theirs: dict[str, str]      # {ours: theirs}
    ours: dict[str, str]        # {theirs, with or without what stands before all: ours}
    turned: set[str]            # weights of ours that lie transposed there


def peft_name(name: str, classifier: bool = False, kind: str = "gpt2") -> str:
    """Our name of a layer or of a weight -> peft's, without PREFIX

    classifier : whether the head scores classes instead of tokens
    """
    if name.split(".")[0] == "head":
        return name.replace("head", "score" if classifier else "lm_head", 1)
    return renamed(name, table_of(kind).theirs)


def our_name(name: str, kind: str = "gpt2") -> str:
    """peft's name of a layer or of a weight, with or without PREFIX -> ours

    Raises
    ------
    ValueError
        If no model of that kind has anything of this name.
    """
    short = name.removeprefix(PREFIX)
    head, _, leaf = short.partition(".")
    if head in HEADS:
        return f"{HEADS[head]}.{leaf}".rstrip(".")
    try:
        return renamed(short, table_of(kind).ours)
    except KeyError:
        raise ValueError(f"{name} is in no {kind} of transformers") from None


def turned(name: str, array, kind: str = "gpt2"):
    """An array of ours as it lies in their files, or back: a view."""
    return array.T if NUMBER.sub("#", name) in table_of(kind).turned else array


def is_turned(kind: str) -> bool:
    """Whether transformers lays out the Linears of that kind as (inputs, outputs)."""
    return bool(table_of(kind).turned)


def renamed(name: str, table: dict[str, str]) -> str:
    """The name that stands for this one, with its numbers; KeyError where there is none."""
    numbers = iter(NUMBER.findall(name))
    return re.sub("#", lambda _: next(numbers), table[NUMBER.sub("#", name)])


@functools.cache
def table_of(kind: str) -> Table:
    """The names of a model of that kind, by the format of its files."""
    places = FORMATS[kind].places(small_model(kind))
    theirs = dict(EXPERTS)
    found = set()
    for name, place in places.items():
        if place.part:      # of an array
            continue
        one, other = (NUMBER.sub("#", each) for each in (name, place.tensor))
        theirs |= {one: other, one.rpartition(".")[0]: other.rpartition(".")[0]}
        if place.turned:
            found.add(one)
    ours = {other.partition(".")[2]: one for one, other in theirs.items()}
    ours |= {other: one for one, other in theirs.items()}
    return Table(theirs, ours, found)
