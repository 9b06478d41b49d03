"""Written once, for both: see numpy_impl/training/progress.py."""
from numpy_impl.training.progress import *  # noqa: F403
from numpy_impl.training.progress import __all__  # noqa: F401
