"""Written once, for both: see numpy_impl/training/interruption.py."""
from numpy_impl.training.interruption import *  # noqa: F403
from numpy_impl.training.interruption import __all__  # noqa: F401
