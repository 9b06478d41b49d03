"""Written once, for both: see numpy_impl/finetuning/finetuner.py."""
from numpy_impl.finetuning.finetuner import *  # noqa: F403
from numpy_impl.finetuning.finetuner import __all__  # noqa: F401
