"""The same for both packages; see
numpy_impl.finetuning.preferences.task."""
from numpy_impl.finetuning.preferences.task import *  # noqa: F403
from numpy_impl.finetuning.preferences.task import __all__  # noqa: F401
