"""A model under comparison, whatever it was written with, seen in one way.

Two contracts are known: torch.nn.Module, which autograd differentiates, and
the NumPy contract of numpy_impl/layers/module.py, whose forward returns
(y, cache) and whose backward adds to its gradients.
"""
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .names import canonical, kind_of_type

__all__ = ["Subject", "as_array", "is_torch", "turned"]

@dataclass
class Subject:
    """A model, and what came with it.

    Attributes
    ----------
    name : str
        As the user wrote it.
    model : torch.nn.Module or object of the NumPy contract
    tokenizer : object, optional
        With ``encode(text)``.
    optimizer : callable, optional
        model -> its optimizer; None is this project's AdamW.
    """

    name: str
    model: Any
    tokenizer: Any = None
    optimizer: Callable[[Any], Any] | None = None

    @property
    def vocabulary(self) -> int | None:
        """How many ids the model knows, where it says so."""
        config = getattr(self.model, "config", None)
        sizes = [getattr(config, name, None) for name in ("vocab_size", "n_vocab")]
        for module in self.model.modules() if is_torch(self.model) else ():
            sizes.append(getattr(module, "num_embeddings", None))
        return next((size for size in sizes if isinstance(size, int)), None)

    @property
    def context(self) -> int | None:
        """How many positions the model looks at, where it says so."""
        config = getattr(self.model, "config", None)
        sizes = [getattr(config, name, None) for name in (
            "context_length", "n_positions", "max_position_embeddings", "block_size")]
        return next((size for size in sizes if isinstance(size, int)), None)

    def canonical(self, name: str, parameter: bool = False) -> str:
        """What a module or parameter of the model is called here."""
        return canonical(name, parameter, kind_of_type(
            getattr(getattr(self.model, "config", None), "model_type", None)))

    def to(self, precision: str) -> None:
        """All arithmetic in "float64" or "float32", the weights' values kept."""
        if is_torch(self.model):
            import torch

            self.model.to(getattr(torch, precision)).eval()
        elif hasattr(self.model, "to"):
            self.model.to(np.dtype(precision))

    def parameters(self) -> dict[str, Any]:
        """{name: the model's own array or tensor}; a shared one comes once."""
        named = self.model.named_parameters()
        return {name: array for name, array in named if learns(array)}

    def values(self) -> dict[str, np.ndarray]:
        """{canonical name: copy}, the matrices of a Conv1D laid out as Linear's."""
        return {self.canonical(name, True): turned(self.model, name, as_array(array))
                for name, array in self.parameters().items()}

    def gradients(self) -> dict[str, np.ndarray]:
        """As ``values``, of the gradients of the last backward pass; 0 for what no path led to,
        such as an expert that no token chose."""
        if is_torch(self.model):
            found = {name: parameter.detach() * 0 if parameter.grad is None else parameter.grad
                     for name, parameter in self.parameters().items()}
        else:
            found = dict(self.model.named_gradients())
        return {self.canonical(name, True): turned(self.model, name, as_array(gradient))
                for name, gradient in found.items()}


def is_torch(model) -> bool:
    """Whether autograd differentiates it; torch need not be installed."""
    return any(kind.__module__.startswith("torch.nn.") and kind.__name__ == "Module"
               for kind in type(model).__mro__)


def learns(array) -> bool:
    return getattr(array, "requires_grad", True)


def as_array(tensor) -> np.ndarray:
    """A copy, float64 or float32."""
    if hasattr(tensor, "detach"):
        tensor = tensor.detach().cpu()
        tensor = (tensor if tensor.dtype.itemsize >= 4 else tensor.float()).numpy()
    return np.array(tensor)


def turned(model, name: str, array: np.ndarray) -> np.ndarray:
    """transformers' Conv1D keeps its matrix (inputs, outputs): here (outputs, inputs)."""
    path, _, last = name.rpartition(".")
    if last != "weight" or array.ndim != 2 or not is_torch(model):
        return array
    return array.T if type(model.get_submodule(path)).__name__ == "Conv1D" else array
