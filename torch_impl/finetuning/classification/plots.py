"""The same for both packages; see the reference."""
from numpy_impl.finetuning.classification.plots import *  # noqa: F403
from numpy_impl.finetuning.classification.plots import __all__  # noqa: F401
