"""The names of experts here: blocks.LAYER.feed_forward.experts.EXPERT.PART.weight"""
import re
from typing import Any

__all__ = ["expert_of", "expert_parameters"]

EXPERT = re.compile(r"blocks\.(\d+)\.feed_forward\.experts\.(\d+)\.(gate|up|down)\.(weight|bias)")


def expert_of(name: str) -> tuple[int, int, str, str] | None:
    """(layer, expert, part, weight or bias) of a parameter of ours; None if of no expert"""
    found = EXPERT.fullmatch(name)
    return (int(found[1]), int(found[2]), found[3], found[4]) if found else None


def expert_parameters(config: Any, layer: int, expert: int) -> dict[str, str]:
    """{name in the expert: name in the model} of all its parameters"""
    one = f"feed_forward.experts.{expert}."
    return {name.removeprefix(one): f"blocks.{layer}.{name}"
            for name in config.feed_forward_shapes() if name.startswith(one)}
