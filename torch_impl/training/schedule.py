"""Written once, for both: see numpy_impl/training/schedule.py."""
from numpy_impl.training.schedule import *  # noqa: F403
from numpy_impl.training.schedule import __all__  # noqa: F401
