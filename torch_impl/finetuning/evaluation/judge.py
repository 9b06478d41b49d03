"""The same for both packages; see
numpy_impl.finetuning.evaluation.judge."""
from numpy_impl.finetuning.evaluation.judge import *  # noqa: F403
from numpy_impl.finetuning.evaluation.judge import __all__  # noqa: F401
