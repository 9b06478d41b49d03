"""Counted from the names and shapes of the model's parameters."""
import math

from twinformer import all_presets


def truth():
    config = all_presets()["qwen3-30b-a3b"]
    sizes = {name: math.prod(shape) for name, shape in config.parameter_shapes().items()
             if name.startswith("blocks.0.")}
    experts = sum(n for name, n in sizes.items() if ".experts." in name)
    return {"experts_of_block": experts,
            "active_of_block": experts * config.n_active // config.n_experts,
            "router": sum(n for name, n in sizes.items() if "router" in name),
            "share": config.n_active / config.n_experts}
