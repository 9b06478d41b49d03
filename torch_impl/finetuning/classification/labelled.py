"""The same for both packages; see the reference."""
from numpy_impl.finetuning.classification.labelled import *  # noqa: F403
from numpy_impl.finetuning.classification.labelled import __all__  # noqa: F401
