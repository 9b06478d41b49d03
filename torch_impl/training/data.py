"""Written once, for both: see numpy_impl/training/data.py."""
from numpy_impl.training.data import *  # noqa: F403
from numpy_impl.training.data import __all__  # noqa: F401
