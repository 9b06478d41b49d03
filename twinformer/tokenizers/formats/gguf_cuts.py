"""How byte pairs cut a text, in a GGUF file: by the name of a model that is cut so."""
from collections.abc import Mapping
from typing import Any

from ..patterns import PATTERNS

__all__ = ["CUTS", "NORMALIZATION", "cut_of", "normalizer_of"]

# llama.cpp's names -> ours, of those that are written the first one of each
CUTS = {"gpt-2": "gpt2", "llama-bpe": "llama3", "qwen2": "qwen", "gpt-4o": "o200k",
        "olmo": "gpt2", "mpt": "gpt2", "llama3": "llama3", "llama-v3": "llama3",
        "dbrx": "llama3", "smaug-bpe": "llama3", "deepseek-r1-qwen": "qwen"}
DIGITS_FIRST = ("smollm", "starcoder", "refact", "command-r", "codeshell")
# a field of ours: llama.cpp never brings a text into a normal form
NORMALIZATION = "twinformer.tokenizer.normalization"
BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False}


def cut_of(name: Any) -> dict[str, Any]:
    """The pre_tokenizer of a tokenizer.json; ValueError for a name that is not known here."""
    if name in DIGITS_FIRST:        # each digit by itself, then as GPT-2
        return {"type": "Sequence", "pretokenizers": [
            {"type": "Digits", "individual_digits": True}, BYTE_LEVEL | {"use_regex": True}]}
    if not isinstance(name, str) or name not in CUTS:
        raise ValueError(f"tokenizer.ggml.pre is {name!r:.40}, a way to cut texts that is not "
                         f"known here; these are: {', '.join((*CUTS, *DIGITS_FIRST))}")
    split = {"type": "Split", "behavior": "Isolated", "invert": False,
             "pattern": {"Regex": PATTERNS[CUTS[name]]}}
    return {"type": "Sequence", "pretokenizers": [split, BYTE_LEVEL | {"use_regex": False}]}


def normalizer_of(fields: Mapping[str, Any]) -> dict[str, Any] | None:
    """Files of llama.cpp do not say it: Qwen's texts are in NFC, and no others."""
    usual = "NFC" if CUTS.get(str(fields.get("tokenizer.ggml.pre"))) == "qwen" else "none"
    form = fields.get(NORMALIZATION, usual)
    return None if form == "none" else {"type": str(form)}
