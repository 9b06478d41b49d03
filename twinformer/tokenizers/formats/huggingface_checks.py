"""What a tokenizer.json may ask for, and is done here; all else is refused.

A field that is read over changes ids in silence. So each is either known to
change nothing, or has the value that our byte pairs have, or is named.
"""
from typing import Any

from .huggingface_parts import around, steps_of

__all__ = ["check_added_token", "check_content", "check_model"]

KNOWN = {"version", "truncation", "padding", "added_tokens", "normalizer",
         "pre_tokenizer", "post_processor", "decoder", "model"}
# unk_token, fuse_unk: with all 256 bytes in the vocabulary nothing is unknown
MODEL = {"type", "vocab", "merges", "unk_token", "fuse_unk", "ignore_merges"}
FLAGS = {"lstrip": "takes the spaces before it",
         "rstrip": "takes the spaces after it",
         "single_word": "is only found between words"}


def check_content(content: dict[str, Any]) -> None:
    """ValueError, with the name of the part, for what is not done here."""
    before, behind = around(content)
    if len(before) > 1 or behind:
        raise ValueError(f"its post_processor puts the ids {before} before "
                         f"and {behind} behind every text; one before it is "
                         "supported")
    for step in steps_of(content.get("decoder"), "decoders"):
        if step["type"] != "ByteLevel":
            raise ValueError(f"its decoder {step['type']} is not supported; "
                             "expected ByteLevel")
    if unknown := [name for name in content
                   if name not in KNOWN and content[name]]:
        raise ValueError(f"its part {unknown[0]} is not known here")
    for token in content["added_tokens"]:
        check_added_token(token, bool(content.get("normalizer")))


def check_model(model: dict[str, Any]) -> None:
    """The same for the model, which is to be byte pairs."""
    for name, value in model.items():
        if name not in MODEL and value:
            raise ValueError(f"its model's {name} {value!r} is not supported")


def check_added_token(token: dict[str, Any], normalizer: bool = False) -> None:
    """The same for one added token.

    normalizer : whether texts are brought into a normal form
    """
    name = token["content"]
    for flag, meaning in FLAGS.items():
        if token.get(flag):
            raise ValueError(f"its added token {name!r} is {flag}, so that it "
                             f"{meaning}, which is not supported")
    if normalizer and token.get("normalized"):
        raise ValueError(
            f"its added token {name!r} is normalized, so that it is looked "
            "for behind the normalizer, which is not supported")
