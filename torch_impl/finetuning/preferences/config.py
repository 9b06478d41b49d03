"""The same for both packages; see
numpy_impl.finetuning.preferences.config."""
from numpy_impl.finetuning.preferences.config import *  # noqa: F403
from numpy_impl.finetuning.preferences.config import __all__  # noqa: F401
