"""Written once, for both: see numpy_impl/finetuning/plot.py."""
from numpy_impl.finetuning.plot import *  # noqa: F403
from numpy_impl.finetuning.plot import __all__  # noqa: F401
