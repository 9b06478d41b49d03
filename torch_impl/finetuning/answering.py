"""The same for both packages; see numpy_impl.finetuning.answering."""
from numpy_impl.finetuning.answering import *  # noqa: F403
from numpy_impl.finetuning.answering import __all__  # noqa: F401
