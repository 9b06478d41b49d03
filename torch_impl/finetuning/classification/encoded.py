"""The same for both packages; see the reference."""
from numpy_impl.finetuning.classification.encoded import *  # noqa: F403
from numpy_impl.finetuning.classification.encoded import __all__  # noqa: F401
