"""Written once, for both: see numpy_impl/training/run_folder.py."""
from numpy_impl.training.run_folder import *  # noqa: F403
from numpy_impl.training.run_folder import __all__  # noqa: F401
