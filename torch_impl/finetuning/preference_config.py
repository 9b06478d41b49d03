"""The same for both packages; see numpy_impl.finetuning.preference_config."""
from numpy_impl.finetuning.preference_config import *  # noqa: F403
from numpy_impl.finetuning.preference_config import __all__  # noqa: F401
