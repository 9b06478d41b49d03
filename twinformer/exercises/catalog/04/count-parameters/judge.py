"""Counted from the names and shapes of the model's parameters."""
import math
from dataclasses import replace

from twinformer import preset


def truth():
    config = preset("gpt2")
    sizes = {name: math.prod(shape) for name, shape in config.parameter_shapes().items()}
    untied = replace(config, tie_embeddings=False)
    return {"embeddings": sum(n for name, n in sizes.items() if "embedding" in name),
            "block": sum(n for name, n in sizes.items() if name.startswith("blocks.0.")),
            "whole": config.parameter_count(), "without_tying": untied.parameter_count()}
