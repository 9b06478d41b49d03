"""The same for both packages; see the reference."""
from numpy_impl.finetuning.classification.task import *  # noqa: F403
from numpy_impl.finetuning.classification.task import __all__  # noqa: F401
