"""Written once, for both: see numpy_impl/training/config.py."""
from numpy_impl.training.config import *  # noqa: F403
from numpy_impl.training.config import __all__  # noqa: F401
