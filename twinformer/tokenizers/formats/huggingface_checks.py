"""What a tokenizer.json may ask for, and is done here; all else is refused.

A field that is read over changes ids in silence. So each is either known to
change nothing, or has the value that our byte pairs have, or is named.
"""
from typing import Any

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
    for name in ("truncation", "padding"):
        if content.get(name):
            raise ValueError(f"its {name} {content[name]} is not supported; "
                             f'"{name}": null in the file reads it')
    for step in steps_of(content.get("post_processor"), "processors"):
        if step["type"] != "ByteLevel" and added_by(step):
            raise ValueError(
                f"its post_processor {step['type']} adds "
                f"{', '.join(added_by(step))} to every text, which is not "
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
    if not token.get("special", True):
        raise ValueError(
            f"its added token {name!r} is not special: it would be one id in "
            "every text, which is not supported")
    if normalizer and token.get("normalized"):
        raise ValueError(
            f"its added token {name!r} is normalized, so that it is looked "
            "for behind the normalizer, which is not supported")


def steps_of(part: dict[str, Any] | None, several: str) -> list[dict]:
    """The steps of a part that may be a Sequence of them, or null."""
    if part is None:
        return []
    if part["type"] == "Sequence":
        return [inner for step in part[several]
                for inner in steps_of(step, several)]
    return [part]


def added_by(step: dict[str, Any]) -> list[str]:
    """The tokens that a post-processor puts around a single text."""
    if step["type"] == "TemplateProcessing":
        return [piece["SpecialToken"]["id"] for piece in step["single"]
                if "SpecialToken" in piece]
    return [str(step[name][0]) for name in ("cls", "sep") if name in step
            ] or [step["type"]]
