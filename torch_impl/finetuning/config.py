"""Written once, for both: see numpy_impl/finetuning/config.py."""
from numpy_impl.finetuning.config import *  # noqa: F403
from numpy_impl.finetuning.config import __all__  # noqa: F401
