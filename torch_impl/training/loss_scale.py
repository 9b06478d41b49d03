"""What float16 needs to train: a loss that is scaled up, so that gradients do
not vanish. Of the other precisions the scale is 1, and stays so. Torch only:
the reference computes in float32 or float64.
"""
import math

import numpy as np
import torch

__all__ = ["LossScale"]


class LossScale:
    """gradients = d(factor * loss) / factor

    float16 has few exponents: gradients are computed of a scaled loss, the
    scale is halved when they overflow (that step is skipped) and doubled after
    2000 steps that did not. Micikevicius et al. 2018 (arXiv:1710.03740).

    Parameters
    ----------
    precision : torch.dtype
        Of the matrix products.
    """

    def __init__(self, precision: torch.dtype):
        self.needed = precision == torch.float16
        self.factor = 65536.0 if self.needed else 1.0
        self.good_steps = 0

    def unscale(self, gradients) -> None:
        if self.factor != 1:
            for gradient in gradients:
                gradient /= self.factor

    def overflowed(self, norm: float) -> bool:
        """True where a float16 gradient overflowed: skip this step.

        With a scale of 1 there is none left to blame it on.
        """
        finite = math.isfinite(norm)
        if not self.needed or (self.factor == 1 and not finite):
            return False
        self.good_steps = self.good_steps + 1 if finite else 0
        if not finite:
            self.factor = max(1.0, self.factor / 2)
        elif self.good_steps % 2000 == 0:
            self.factor *= 2
        return not finite

    def state(self) -> dict[str, np.ndarray]:
        """What float16 goes on with, and nothing else does."""
        if not self.needed:
            return {}
        return {"scale.factor": np.array(self.factor),
                "scale.good_steps": np.array(self.good_steps)}

    def load_state(self, state) -> None:
        if self.needed and "scale.factor" in state:
            self.factor = float(state["scale.factor"])
            self.good_steps = int(state["scale.good_steps"])
