"""The same for both packages; see numpy_impl.finetuning.instructions."""
from numpy_impl.finetuning.instructions import *  # noqa: F403
from numpy_impl.finetuning.instructions import __all__  # noqa: F401
