"""In how many parts the reference works on a batch, each on a core of its own
(numpy_impl/training/data_parallel.py): by the shape alone, never by the number
of cores, so that a sum over them has the same bits everywhere."""
from typing import Any

__all__ = ["part_count"]

# Numbers in a layer's output, (B, T, D): below SMALLEST threads cost more than they
# save, and parts of PART and more take the least time.
SMALLEST, PART = 1 << 16, 1 << 18

# Every part has a gradient of its own. Of a model of more numbers than this they
# would take their toll of memory, and its arrays keep all cores busy anyway.
LARGEST = 1 << 24


def part_count(config: Any, parameters: int, rows: int, length: int) -> int:
    """A power of two, so that two or four cores have equally much to do; 1: a
    batch of so many rows and positions stays whole.

    config : GPT2Config, LlamaConfig, ...
    parameters : how many numbers the model has
    """
    numbers = rows * length * config.d_model
    # Experts choose among all tokens of a batch: fewer leave them too little
    if numbers < SMALLEST or parameters > LARGEST or hasattr(config, "n_experts"):
        return 1
    wanted = min(rows, max(2, numbers // PART))
    return 1 << wanted.bit_length() - 1
