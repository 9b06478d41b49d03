"""The same for both; see numpy_impl.finetuning.targets."""
from numpy_impl.finetuning.targets import *  # noqa: F403
from numpy_impl.finetuning.targets import __all__  # noqa: F401
