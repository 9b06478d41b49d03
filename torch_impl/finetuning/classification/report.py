"""The same for both packages; see the reference."""
from numpy_impl.finetuning.classification.report import *  # noqa: F403
from numpy_impl.finetuning.classification.report import __all__  # noqa: F401
