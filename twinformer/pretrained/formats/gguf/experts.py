"""The experts of a mixture in the fields of a GGUF file.

Shapes: E experts, F width of one.
"""
from typing import Any

from ..place import Arrays
from ..settings import Settings

__all__ = ["EXPERT_FIELDS", "expert_numbers", "expert_sizes"]

EXPERT_FIELDS = ("expert_count", "expert_used_count", "expert_feed_forward_length")
MOST = 1 << 17      # of all blocks; the largest model that is published has a tenth


def expert_numbers(config: Any) -> dict[str, Any]:
    return {"expert_count": config.n_experts, "expert_used_count": config.n_active,
            "expert_feed_forward_length": config.d_hidden}


def expert_sizes(settings: Settings, tensors: Arrays) -> dict[str, Any]:
    """The fields of a config; d_hidden is F, and not that of blocks without experts.

    Raises
    ------
    ValueError
        Where the router is of another number of experts; where there are more than anybody has:
        parameters would be named by the million for a number that lies.
    """
    count, name = settings.whole("expert_count"), "blk.0.ffn_gate_inp.weight"
    if name not in tensors or tensors[name].shape[:1] != (count,):
        raise ValueError(f"{settings.place}: expert_count is {count}, and {name} is "
                         f"{tensors[name].shape if name in tensors else 'missing'}")
    if (all_of_them := count * settings.whole("block_count")) > MOST:
        raise ValueError(f"{settings.place}: {count} experts in each block are {all_of_them}; "
                         f"expected at most {MOST}")
    return {"n_experts": count, "n_active": settings.whole("expert_used_count"),
            "d_hidden": settings.whole("expert_feed_forward_length")}
