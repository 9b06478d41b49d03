"""The same for both packages; see
numpy_impl.finetuning.instructions.answering."""
from numpy_impl.finetuning.instructions.answering import *  # noqa: F403
from numpy_impl.finetuning.instructions.answering import __all__  # noqa: F401
