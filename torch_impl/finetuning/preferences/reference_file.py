"""The same for both packages; see
numpy_impl.finetuning.preferences.reference_file."""
from numpy_impl.finetuning.preferences.reference_file import *  # noqa: F403
from numpy_impl.finetuning.preferences.reference_file import (  # noqa: F401
    __all__,
)
