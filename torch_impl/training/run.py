"""Written once, for both: see numpy_impl/training/run.py."""
from numpy_impl.training.run import *  # noqa: F403
from numpy_impl.training.run import __all__  # noqa: F401
