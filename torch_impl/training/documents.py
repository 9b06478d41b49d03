"""Written once, for both: see numpy_impl/training/documents.py."""
from numpy_impl.training.documents import *  # noqa: F403
from numpy_impl.training.documents import __all__  # noqa: F401
