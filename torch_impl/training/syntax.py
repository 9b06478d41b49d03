"""Written once, for both: see numpy_impl/training/syntax.py."""
from numpy_impl.training.syntax import *  # noqa: F403
from numpy_impl.training.syntax import __all__  # noqa: F401
