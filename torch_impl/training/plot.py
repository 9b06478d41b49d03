"""Written once, for both: see numpy_impl/training/plot.py."""
from numpy_impl.training.plot import *  # noqa: F403
from numpy_impl.training.plot import __all__  # noqa: F401
