"""The one place where what is written once meets what is written twice: the
two implementations of the mathematics, by name.

    implementation("numpy").GPTModel    the reference, gradients by hand
    implementation("torch").GPTModel    its twin, gradients by autograd
"""
import functools
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # to be imported costs nothing: --help comes this way
    from .tokenizers.tokenizer import Tokenizer

__all__ = ["BACKENDS", "byte_pair_encoding", "default_backend", "implementation",
           "load_pretrained", "load_tokenizer", "tokenizer_from_dict"]

BACKENDS = ("torch", "numpy")


def implementation(name: str) -> Any:
    """numpy_impl or torch_impl, with its public names.

    Raises
    ------
    ValueError
        For another name, and for "torch" where PyTorch is not installed.
    """
    if name not in BACKENDS:
        raise ValueError(f"a backend is one of {', '.join(BACKENDS)}, got "
                         f"{name!r}")
    if name == "torch" and not has_torch():
        raise ValueError("the torch backend needs PyTorch, which is not "
                         "installed: pip install torch, or take the numpy "
                         "backend")
    return import_module(f"{name}_impl")


@functools.cache
def has_torch() -> bool:
    """Whether PyTorch is installed; nothing is imported."""
    return find_spec("torch") is not None


def default_backend() -> str:
    """Who computes where nobody says: torch where it is installed."""
    return "torch" if has_torch() else "numpy"


def byte_pair_encoding(name: str | None = None):
    """The BPETokenizer of a backend: tiktoken's, or the one by hand."""
    return implementation(name or default_backend()).BPETokenizer


def load_pretrained(source: str | Path, config=None, *,
                    backend: str | None = None):
    """A model with weights that were trained elsewhere, in either backend.

    See load_pretrained of numpy_impl and torch_impl for what source and
    config may be, and for the errors raised.
    """
    return implementation(backend or default_backend()).load_pretrained(
        source, config)


def tokenizer_from_dict(state: dict[str, Any],
                        name: str | None = None) -> "Tokenizer":
    """A saved tokenizer from its dictionary; see tokenizers/registry.py."""
    from .tokenizers import registry

    return registry.tokenizer_from_dict(state, byte_pair_encoding(name))


def load_tokenizer(path: str | Path, name: str | None = None) -> "Tokenizer":
    """A saved tokenizer from its file; see tokenizers/registry.py."""
    from .tokenizers import registry

    return registry.load_tokenizer(path, byte_pair_encoding(name))
