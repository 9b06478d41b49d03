"""Are these the weights that the model needs? All that they can be instead.

What is wrong is said in the names that the file uses.
"""
import numpy as np

from ..models.config import GPT2Config
from ..models.initialisation import parameter_shapes
from ..models.parameters import check_parameters
from .config_io import preset_of
from .names import Spelling, is_turned

__all__ = ["Arrays", "check_fit", "check_numbers", "described",
           "has_own_head", "listed", "without_idle"]

Arrays = dict[str, np.ndarray]


def has_own_head(arrays: Arrays, spelling: Spelling) -> bool:
    """Whether there is an output layer that is not the embedding's copy"""
    head, embedding = (spelling("head.weight"),
                       spelling("token_embedding.weight"))
    return head in arrays and not (
        embedding in arrays
        and np.array_equal(arrays[head], arrays[embedding]))


def without_idle(arrays, spelling, config) -> Arrays:
    """Leave out what is written twice, or is zero for a model that has none.

    A tied output layer is in some files under both of its names. The GPT-2
    of transformers cannot be without offsets of queries, keys and values.
    """
    idle = set()
    if config.tie_embeddings and not has_own_head(arrays, spelling):
        idle.add(spelling("head.weight"))
    if not config.qkv_bias:
        names = [spelling(f"blocks.{layer}.attention.qkv.bias")
                 for layer in range(config.n_layers)]
        idle |= {name for name in names
                 if name in arrays and not arrays[name].any()}
    return {name: array for name, array in arrays.items() if name not in idle}


def check_fit(path, arrays, spelling, config, found, in_file) -> None:
    """ValueError, with the names in the file, where it is of another model."""
    expected = {spelling(name): shape[::-1] if is_turned(name) else shape
                for name, shape in parameter_shapes(config).items()}
    try:
        check_parameters(expected, {name: array.shape
                                    for name, array in arrays.items()})
    except ValueError as problem:
        fitting = preset_of(found)
        hint = (f"the preset {fitting} fits this file" if fitting else
                f"it holds {described(found)}" if found else
                "it holds no GPT-2")
        raise ValueError(f"{path}: {problem}; {hint}; its "
                         f"names are {listed(in_file)}") from None


def check_numbers(path, parameters: Arrays, spelling) -> None:
    """ValueError where weights are no real numbers."""
    other = [f"{spelling(name)} ({array.dtype})"
             for name, array in parameters.items() if array.dtype.kind != "f"]
    if other:
        raise ValueError(f"{path}: expected floating-point weights, got "
                         f"{listed(other)}; quantised files cannot be read")
    with np.errstate(invalid="ignore"):   # NaN passes through both of them
        bad = [spelling(name) for name, array in parameters.items()
               if not np.isfinite([array.min(), array.max()]).all()]
    if bad:
        raise ValueError(f"{path}: NaN or infinity among the weights, in "
                         f"{listed(bad)}; the file is damaged, or its "
                         "training failed")


def described(config: GPT2Config) -> str:
    return (f"{config.n_layers} blocks of width {config.d_model}, "
            f"{config.context_length} positions and {config.vocab_size} "
            "tokens")


def listed(names: list[str]) -> str:
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return ", ".join(names[:8]) + more
