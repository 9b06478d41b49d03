"""Where the sizes and numbers of a case come from: small and plain ones first."""
import numpy as np

from parity_tests import Seeded

__all__ = ["CAPS", "Growing"]

CAPS = (1, 2, 3, 4, 6)      # no size is above, in turn
PLAIN = (1.0, -1.0, 2.0, 0.5, -2.0, 3.0, 0.0)


class Growing(Seeded):
    """Sizes up to a cap; numbers of two decimals, or such as one can add up in the head."""

    def __init__(self, seed, cap: int, plain: bool):
        super().__init__(seed)
        self.cap, self.plain = cap, plain

    def size(self, most: int, least: int = 1) -> int:
        return int(self.generator.integers(least, max(least, min(most, self.cap)) + 1))

    def numbers(self, shape) -> np.ndarray:
        if self.plain:
            return np.asarray(self.generator.choice(PLAIN, shape))
        return np.asarray(np.round(2 * self.generator.standard_normal(shape), 2))

    def whole(self, least: int, most: int) -> int:
        """A whole number from least to most, whatever the cap."""
        return int(self.generator.integers(least, most + 1))
