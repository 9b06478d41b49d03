"""The same for both packages; see the reference."""
from numpy_impl.finetuning.classification.split import *  # noqa: F403
from numpy_impl.finetuning.classification.split import __all__  # noqa: F401
