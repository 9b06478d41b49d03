"""Module and Parameter: torch has them; the NumPy side writes its own."""
from torch.nn import Module, ModuleList, Parameter

__all__ = ["Module", "Parameter", "ModuleList"]
