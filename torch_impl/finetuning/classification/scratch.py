"""The same for both packages; see the reference."""
from numpy_impl.finetuning.classification.scratch import *  # noqa: F403
from numpy_impl.finetuning.classification.scratch import __all__  # noqa: F401
