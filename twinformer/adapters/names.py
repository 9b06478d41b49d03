"""What a GPT-2's layers and weights are called where `peft` put LoRA beside
them in transformers' model.

    here                         peft
    blocks.0.attention.qkv       transformer.h.0.attn.c_attn
    head, of tokens              lm_head
    head, of classes             score

In the files, "base_model.model." stands before every name.
"""
import re

from ..pretrained.formats.gpt2_names import HUGGING_FACE, INNER, OUTER

__all__ = ["PREFIX", "peft_name", "our_name"]

PREFIX = "base_model.model."
HEADS = {"lm_head": "head", "score": "head"}


def peft_name(name: str, classifier: bool = False) -> str:
    """Our name of a layer or of a weight -> peft's, without PREFIX

    classifier : whether the head scores classes instead of tokens
    """
    layer, parameter = split(name)
    if layer == "head":
        theirs = "score" if classifier else "lm_head"
    else:
        theirs = HUGGING_FACE(layer + ".weight").removesuffix(".weight")
    return theirs + parameter


def our_name(name: str) -> str:
    """peft's name of a layer or of a weight, with or without PREFIX -> ours

    Raises
    ------
    ValueError
        If no GPT-2 has anything of this name.
    """
    short = name.removeprefix(PREFIX).removeprefix(HUGGING_FACE.prefix)
    layer, parameter = split(short)
    block = re.fullmatch(r"h\.(\d+)\.(.+)", layer)
    known = INSIDE if block else OUTSIDE
    inner = block[2] if block else layer
    if inner not in known:
        raise ValueError(f"{name} is in no GPT-2 of transformers")
    before = f"blocks.{block[1]}." if block else ""
    return before + known[inner] + parameter


def split(name):
    """"a.b.weight" -> ("a.b", ".weight"); the second is empty for layers"""
    found = re.fullmatch(r"(.+?)(\.weight|\.bias)?", name)
    return found[1], found[2] or ""


def layers_of(table):
    """{their layer: our layer} of a table of weights"""
    return {split(theirs)[0]: split(ours)[0]
            for ours, (theirs, _) in table.items()}


INSIDE = layers_of(INNER)
OUTSIDE = layers_of(OUTER) | HEADS
