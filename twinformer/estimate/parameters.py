"""How many numbers a model has, and where.

Narayanan et al. 2021 (arXiv:2104.04473), eq. 2, is the same count for a GPT in one formula; here
every parameter is listed (`parameter_shapes`), so that no bias is left out.
"""
import math
from typing import Any

from ..architectures.kinds import kind_of
from ..batches.parts import part_count
from .plan import Plan

__all__ = ["block_parameters", "gradient_copies", "held_parameters", "lora_parameters",
           "moments_of", "parts_of", "table_parameters", "trained_parameters"]


def parts_of(model: Any) -> dict[str, int]:
    """{part: how many}: embeddings, attention, feed_forward, norms, head; they add up to all."""
    parts = dict.fromkeys(("embeddings", "attention", "feed_forward", "norms", "head"), 0)
    for name, shape in model.parameter_shapes().items():
        parts[part_of(name)] += math.prod(shape)
    return parts


def part_of(name: str) -> str:
    """Which part a parameter belongs to, by its dotted name."""
    layers = name.split(".")
    if layers[0].endswith("_embedding"):
        return "embeddings"
    if layers[0] == "blocks" and layers[2] in ("attention", "feed_forward"):
        return layers[2]
    return "norms" if "norm" in layers[-2] else "head"


def trained_parameters(model: Any) -> int:
    """All of them; a tied output layer counts once."""
    return sum(parts_of(model).values())


def table_parameters(model: Any) -> int:
    """Outside of the blocks: embeddings, the last norm, the head."""
    return sum(math.prod(shape) for name, shape in model.parameter_shapes().items()
               if not name.startswith("blocks."))


def block_parameters(model: Any) -> int:
    """Of the largest block."""
    sizes = dict.fromkeys(range(model.n_layers), 0)
    for name, shape in model.parameter_shapes().items():
        if name.startswith("blocks."):
            sizes[int(name.split(".")[1])] += math.prod(shape)
    return max(sizes.values())


def held_parameters(plan: Plan) -> int:
    """Of one rank, whose optimizer works on them: all, or its piece.

    Tensor parallel ranks share the matrices of the blocks, the embedding and the head; norms are
    everybody's.
    """
    shared = sum(math.prod(shape) for name, shape in plan.model.parameter_shapes().items()
                 if len(shape) > 1)
    whole = trained_parameters(plan.model) - shared
    return math.ceil((whole + shared / plan.tensor_parallel) / plan.pieces)


def gradient_copies(plan: Plan) -> int:
    """How many gradients there are of each parameter: the reference works on so many parts of a
    batch at once, each with gradients of its own (numpy_impl/training/data_parallel.py)."""
    if plan.backend != "numpy" or kind_of(plan.model).objective != "NextTokens":
        return 1
    return part_count(plan.model, held_parameters(plan), plan.batch_size, plan.T)


def moments_of(plan: Plan) -> float:
    """Numbers that the optimizer of one rank remembers: two for each parameter, but one for the
    matrices inside of the blocks where Muon moves them."""
    if plan.optimizer == "adamw":
        return 2 * held_parameters(plan)
    matrices = sum(math.prod(shape) for name, shape in plan.model.parameter_shapes().items()
                   if name.startswith("blocks.") and len(shape) > 1)
    return 2 * held_parameters(plan) - matrices / (plan.tensor_parallel * plan.pieces)


def lora_parameters(model: Any, rank: int) -> int:
    """What LoRA of that rank adds beside every matrix of the blocks. Hu et al. 2021
    (arXiv:2106.09685), section 4.1: A (rank, inputs) and B (outputs, rank)."""
    return sum(rank * sum(shape) for name, shape in model.parameter_shapes().items()
               if name.startswith("blocks.") and len(shape) > 1 and "router" not in name)
