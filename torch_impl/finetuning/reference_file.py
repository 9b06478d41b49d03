"""The same for both packages; see numpy_impl.finetuning.reference_file."""
from numpy_impl.finetuning.reference_file import *  # noqa: F403
from numpy_impl.finetuning.reference_file import __all__  # noqa: F401
