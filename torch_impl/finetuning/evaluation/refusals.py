"""The same for both packages; see
numpy_impl.finetuning.evaluation.refusals."""
from numpy_impl.finetuning.evaluation.refusals import *  # noqa: F403
from numpy_impl.finetuning.evaluation.refusals import __all__  # noqa: F401
