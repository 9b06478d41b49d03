"""The same for both packages; see
numpy_impl.finetuning.evaluation.judging."""
from numpy_impl.finetuning.evaluation.judging import *  # noqa: F403
from numpy_impl.finetuning.evaluation.judging import __all__  # noqa: F401
