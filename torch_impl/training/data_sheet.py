"""What the makers of GPUs promise: the yardstick of utilisation that others
use for a GPU in half precision.
"""
import re

__all__ = ["data_sheet"]

# Dense bfloat16 and float16 products of the makers' data sheets, and words
# that make another device of one of these names.
DATA_SHEETS = {"H100": 989e12, "H200": 989e12, "A100": 312e12,
               "L40S": 362e12, "L4": 121e12, "T4": 65e12, "V100": 125e12,
               "RTX 4090": 165e12, "RTX 3090": 71e12}
OTHERS = {"PCIe", "PCIE", "NVL", "MIG", "Laptop", "Ti", "D", "SUPER"}


def data_sheet(name: str) -> float | None:
    """The entry whose words all stand in the device's name, None if none.

    Word by word: an L40 is no L4, and an RTX A1000 no A100.
    """
    words = set(re.findall(r"[^\W_]+", name))
    if words & OTHERS:
        return None
    return next((flops for known, flops in DATA_SHEETS.items()
                 if words >= set(known.split())), None)
