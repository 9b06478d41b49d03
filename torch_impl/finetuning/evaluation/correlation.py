"""The same for both packages; see
numpy_impl.finetuning.evaluation.correlation."""
from numpy_impl.finetuning.evaluation.correlation import *  # noqa: F403
from numpy_impl.finetuning.evaluation.correlation import __all__  # noqa: F401
