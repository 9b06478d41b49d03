"""The same for both packages; see
numpy_impl.finetuning.instructions.task."""
from numpy_impl.finetuning.instructions.task import *  # noqa: F403
from numpy_impl.finetuning.instructions.task import __all__  # noqa: F401
