"""GPUs that can be named in place of this machine: what their makers promise.

Dense products of bfloat16 and of float32 (through TensorFloat-32 where there is one) in FLOP/s,
memory in bytes, and what the links to the other GPUs of a host carry in one direction in bytes/s.
From the makers' data sheets.
"""
from typing import NamedTuple

__all__ = ["GPUS", "Gpu", "gpu_named"]


class Gpu(NamedTuple):
    """One model of GPU."""

    half: float
    single: float
    memory: float
    link: float


GPUS = {
    "H200": Gpu(989e12, 494e12, 141e9, 450e9),
    "H100": Gpu(989e12, 494e12, 80e9, 450e9),
    "A100": Gpu(312e12, 156e12, 80e9, 300e9),
    "A100-40GB": Gpu(312e12, 156e12, 40e9, 300e9),
    "L40S": Gpu(362e12, 183e12, 48e9, 32e9),
    "L4": Gpu(121e12, 60e12, 24e9, 32e9),
    "V100": Gpu(125e12, 15.7e12, 32e9, 150e9),
    "T4": Gpu(65e12, 8.1e12, 16e9, 16e9),
    "RTX4090": Gpu(165e12, 82.6e12, 24e9, 32e9),
    "RTX3090": Gpu(71e12, 35.6e12, 24e9, 32e9),
}


def gpu_named(name: str) -> Gpu:
    """The GPU of that name, in any spelling.

    Raises
    ------
    ValueError
        If there is none; the message lists those there are.
    """
    plain = name.upper().replace(" ", "").replace("_", "-")
    if plain not in GPUS:
        raise ValueError(f"no GPU is called {name!r}: choose one of {', '.join(GPUS)}")
    return GPUS[plain]
