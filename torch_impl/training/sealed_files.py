"""Written once, for both: see numpy_impl/training/sealed_files.py."""
from numpy_impl.training.sealed_files import *  # noqa: F403
from numpy_impl.training.sealed_files import __all__  # noqa: F401
