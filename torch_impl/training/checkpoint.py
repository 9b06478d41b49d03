"""Written once, for both: see numpy_impl/training/checkpoint.py."""
from numpy_impl.training.checkpoint import *  # noqa: F403
from numpy_impl.training.checkpoint import __all__  # noqa: F401
