"""Written once, for both: see numpy_impl/finetuning/epochs.py."""
from numpy_impl.finetuning.epochs import *  # noqa: F403
from numpy_impl.finetuning.epochs import __all__  # noqa: F401
