"""Written once, for both: see numpy_impl/training/trainer.py."""
from numpy_impl.training.trainer import *  # noqa: F403
from numpy_impl.training.trainer import __all__  # noqa: F401
