"""Written once, for both: see numpy_impl/training/evaluation.py."""
from numpy_impl.training.evaluation import *  # noqa: F403
from numpy_impl.training.evaluation import __all__  # noqa: F401
