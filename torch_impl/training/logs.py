"""Written once, for both: see numpy_impl/training/logs.py."""
from numpy_impl.training.logs import *  # noqa: F403
from numpy_impl.training.logs import __all__  # noqa: F401
