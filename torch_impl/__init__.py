"""The twin: the same files and names in PyTorch, gradients by autograd.

    from torch_impl import GPTModel, LayerNorm

__init__.pyi lists the names; each file is imported when it is first needed.
"""
import lazy_loader

import twinformer  # noqa: F401  first: how NumPy's threads shall wait

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
