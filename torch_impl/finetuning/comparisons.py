"""The same for both packages; see numpy_impl.finetuning.comparisons."""
from numpy_impl.finetuning.comparisons import *  # noqa: F403
from numpy_impl.finetuning.comparisons import __all__  # noqa: F401
