"""Which tour a model is shown on: GPT-2 has one of its own, step by step; all others are shown
layer by layer."""
from typing import Any

from .gpt2_tour import GPT2Tour
from .module_tour import ModuleTour

__all__ = ["tour_of"]

OF_THEIR_OWN = {"gpt2": GPT2Tour}


def tour_of(config) -> Any:
    """The page for a model of this config."""
    return OF_THEIR_OWN.get(config.kind, ModuleTour)
