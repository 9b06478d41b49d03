"""The parts of a tokenizer.json that more than one reader looks into."""
from collections.abc import Mapping
from typing import Any

__all__ = ["around", "beginning_of", "steps_of", "template"]


def steps_of(part: dict[str, Any] | None, several: str) -> list[dict]:
    """The steps of a part that may be a Sequence of them, or null."""
    if part is None:
        return []
    if part["type"] == "Sequence":
        return [inner for step in part[several]
                for inner in steps_of(step, several)]
    return [part]


def around(content: Mapping[str, Any]) -> tuple[list[int], list[int]]:
    """The ids that the post-processor puts (before, behind) a single text.

    Raises ValueError for a step that is not known to put ids there.
    """
    before: list[int] = []
    behind: list[int] = []
    for step in steps_of(content.get("post_processor"), "processors"):
        if step["type"] == "TemplateProcessing":
            place = before
            for piece in step["single"]:
                if "Sequence" in piece:
                    place = behind
                else:
                    place += step["special_tokens"][
                        piece["SpecialToken"]["id"]]["ids"]
        elif step["type"] in ("BertProcessing", "RobertaProcessing"):
            before.append(step["cls"][1])
            behind.append(step["sep"][1])
        elif step["type"] != "ByteLevel":       # which moves offsets only
            raise ValueError(f"its post_processor {step['type']} is not "
                             "known here")
    return before, behind


def beginning_of(content: Mapping[str, Any]) -> int | None:
    """The id that stands in front of every text, if one does.

    Raises ValueError where several do.
    """
    before, _ = around(content)
    if len(before) > 1:
        raise ValueError(f"its post_processor puts the ids {before} in front "
                         "of every text; at most one is supported")
    return before[0] if before else None


def template(before: Mapping[str, int],
             behind: Mapping[str, int]) -> dict[str, Any] | None:
    """The post_processor that puts tokens, {name: id}, around every text."""
    if not (before or behind):
        return None

    def of(kind: int) -> list[dict[str, Any]]:
        pieces = [("SpecialToken", name) for name in before]
        pieces += [("Sequence", "AB"[kind])]
        pieces += [("SpecialToken", name) for name in behind]
        return [{what: {"id": name, "type_id": kind}}
                for what, name in pieces]

    return {"type": "TemplateProcessing", "single": of(0),
            "pair": of(0) + of(1),
            "special_tokens": {name: {"id": name, "ids": [i],
                                      "tokens": [name]}
                               for name, i in {**before, **behind}.items()}}
