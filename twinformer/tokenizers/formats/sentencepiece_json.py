"""Byte pairs of SentencePiece as a tokenizer.json, with the same ids.

The library ``tokenizers`` has no scores: it has merges, in their order. A
piece is made of any two pieces that give it, and the better its score, the
sooner.
"""
from typing import Any

from .huggingface_parts import template
from .sentencepiece_files import BYTE, CONTROL, NORMAL, UNKNOWN, Piece, read_model

__all__ = ["sentencepiece_json"]

SPACE = "\u2581"
TRIMMED = [(r"\A +", ""), (rf"[ {SPACE}]+\z", ""), (" {2,}", " ")]


def sentencepiece_json(model: bytes, beginning: int | None) -> dict[str, Any]:
    """The content of the file.

    Parameters
    ----------
    model
        The content of a SentencePiece ``.model`` file.
    beginning
        The id that stands in front of every text, if one does.

    Raises
    ------
    ValueError
        Where the model has parts that no tokenizer.json gives exactly.
    """
    found = read_model(model)
    pieces = found.pieces
    if not (found.plain and found.byte_fallback and all(
            piece.kind in (BYTE, CONTROL, NORMAL, UNKNOWN) for piece in pieces)):
        raise ValueError(
            "this SentencePiece model has no exact form as a tokenizer.json; byte pairs that "
            "fall back to bytes, do not replace characters and have no tokens of a user have one")
    unknown = next(piece.text for piece in pieces if piece.kind == UNKNOWN)
    special = {piece.text: i for i, piece in enumerate(pieces) if piece.kind == CONTROL}
    steps = [replace({"Regex": pattern}, text) for pattern, text in TRIMMED
             if found.remove_extra_whitespaces]
    if found.add_dummy_prefix:
        steps.append({"type": "Prepend", "prepend": SPACE})
    steps.append(replace({"String": " "}, SPACE))
    ends = [{"type": "Strip", "content": " ", "start": 1, "stop": 0}
            ] if found.add_dummy_prefix else []
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [
            {"id": i, "content": name, "single_word": False, "lstrip": False,
             "rstrip": False, "normalized": False, "special": True}
            for name, i in special.items()],
        "normalizer": {"type": "Sequence", "normalizers": steps},
        "pre_tokenizer": None,
        "post_processor": template({name: i for name, i in special.items()
                                    if i == beginning}, {}),
        "decoder": {"type": "Sequence", "decoders": [
            replace({"String": SPACE}, " "), {"type": "ByteFallback"}, {"type": "Fuse"}, *ends]},
        "model": {
            "type": "BPE", "dropout": None, "unk_token": unknown,
            "continuing_subword_prefix": None, "end_of_word_suffix": None,
            "fuse_unk": True, "byte_fallback": True, "ignore_merges": False,
            "vocab": {piece.text: i for i, piece in enumerate(pieces)},
            "merges": merges_of_scores(pieces)},
    }


def replace(pattern: dict[str, str], text: str) -> dict[str, Any]:
    return {"type": "Replace", "pattern": pattern, "content": text}


def merges_of_scores(pieces: list[Piece]) -> list[tuple[str, str]]:
    """All pairs that give a piece, the best score first."""
    normal = {piece.text: piece.score for piece in pieces if piece.kind == NORMAL}
    best_first = sorted(normal, key=normal.__getitem__, reverse=True)
    return [(text[:i], text[i:]) for text in best_first for i in range(1, len(text))
            if text[:i] in normal and text[i:] in normal]
