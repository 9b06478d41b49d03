"""A tokenizer in the fields of a GGUF file; tokenizers/formats/gguf_tokens.py reads them."""
import json
from typing import Any

from ..io.scratch import scratch_folder
from ..pretrained.tokenizer_files import write_tokenizer_files
from ..tokenizers.bpe import ByteLevelBPE
from ..tokenizers.byte_tokenizer import ByteTokenizer
from ..tokenizers.formats.gguf_cuts import CUTS, NORMALIZATION
from ..tokenizers.formats.gguf_tokens import NO_MERGES
from ..tokenizers.formats.sentencepiece_files import (
    CONTROL, NORMAL, UNUSED, USER_DEFINED, read_model,
)
from ..tokenizers.patterns import PATTERNS
from ..tokenizers.sentencepiece_tokenizer import SentencePieceTokenizer
from ..tokenizers.tokenizer import Tokenizer

__all__ = ["Vocabulary", "add_vocabulary", "vocabulary_of"]

Vocabulary = dict[str, Any]     # what to call of a GGUFWriter, and with what


def vocabulary_of(tokenizer: Tokenizer, config: Any) -> Vocabulary:
    """{method of a GGUFWriter: its argument}; a token for each id of the config.

    Raises
    ------
    ValueError
        llama.cpp has no tokenizer of this kind, or it cuts texts in a way that is not known
        there.
    """
    if isinstance(tokenizer, SentencePieceTokenizer):
        found = of_pieces(tokenizer, config.vocab_size)
    elif isinstance(tokenizer, ByteLevelBPE | ByteTokenizer):
        found = of_byte_pairs(tokenizer, config)
    else:
        raise ValueError(f"a {tokenizer.kind} tokenizer is not written as GGUF; byte pairs, "
                         "those of SentencePiece too, and bytes are")
    ends = {"eos_token_id": tokenizer.end_of_text, "bos_token_id": tokenizer.beginning_of_text,
            "eot_token_id": next((stop for stop in tokenizer.stop_tokens
                                  if stop != tokenizer.end_of_text), None)}
    return {**found, **{f"add_{role}": token for role, token in ends.items()
                        if token is not None},
            "add_add_bos_token": tokenizer.beginning_of_text is not None}


def add_vocabulary(writer: Any, vocabulary: Vocabulary) -> None:
    """Call them all."""
    for name, value in vocabulary.items():
        if hasattr(writer, name):
            getattr(writer, name)(value)
        else:
            writer.add_string(name, value)


def of_byte_pairs(tokenizer: Any, config: Any) -> Vocabulary:
    """tokens, merges and types, by way of a tokenizer.json.

    llama.cpp never brings texts into a normal form, as Qwen's are: what is in it already has the
    same ids there.
    """
    cut, form = cut_of(tokenizer)
    with scratch_folder() as place:
        write_tokenizer_files(place, tokenizer, config.context_length)
        model = json.loads((place / "tokenizer.json").read_text("utf-8"))["model"]
    named = {token: name for name, token in tokenizer.added_tokens.items()}
    special = {token: name for name, token in tokenizer.special_tokens.items()}
    known = {token: name for name, token in model["vocab"].items()}
    tokens, types = [], []
    for token in range(config.vocab_size):
        name = special.get(token) or named.get(token) or known.get(token)
        tokens.append(name or f"[UNUSED{token}]")
        types.append(CONTROL if token in special else USER_DEFINED if token in named
                     else NORMAL if name else UNUSED)
    merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in model["merges"]]
    return {"add_tokenizer_model": "gpt2", "add_tokenizer_pre": cut, "add_token_list": tokens,
            "add_token_types": types, "add_token_merges": merges or NO_MERGES,
            NORMALIZATION: form or "none"}


def cut_of(tokenizer: Any) -> tuple[str, str | None]:
    """llama.cpp's name of the way in which texts are cut, and their normal form."""
    if isinstance(tokenizer, ByteTokenizer) or len(tokenizer.ranks) == 256:
        return "gpt-2", None                        # without merges the cut is no matter
    cut = next((theirs for theirs, ours in CUTS.items()
                if tokenizer.pattern in (ours, PATTERNS[ours])), None)
    if cut is None or tokenizer.normalization not in (None, "NFC"):
        raise ValueError("llama.cpp does not know the way in which this tokenizer cuts texts; "
                         f"it knows those of {', '.join(dict.fromkeys(CUTS.values()))}")
    return cut, tokenizer.normalization


def of_pieces(tokenizer: SentencePieceTokenizer, size: int) -> Vocabulary:
    """tokens, scores and types, from the model's own file.

    llama.cpp never takes away spaces that follow each other, as some of these do: a text without
    such has the same ids there.
    """
    model = read_model(tokenizer.model)
    if not model.plain or not model.byte_fallback:
        raise ValueError("llama.cpp knows SentencePiece's byte pairs that fall back to bytes, and "
                         "take characters as they are; this tokenizer does not")
    pieces = [(piece.text, piece.score, piece.kind)
              for piece in model.pieces]
    pieces += [(f"[UNUSED{token}]", 0.0, UNUSED) for token in range(len(pieces), size)]
    tokens, scores, types = zip(*pieces[:size], strict=True)
    return {"add_tokenizer_model": "llama", "add_tokenizer_pre": "default",
            "add_token_list": list(tokens), "add_token_scores": list(scores),
            "add_token_types": list(types), "add_add_space_prefix": model.add_dummy_prefix,
            "add_remove_extra_whitespaces": model.remove_extra_whitespaces}
