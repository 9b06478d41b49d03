"""The same for both packages; see
numpy_impl.finetuning.evaluation.answer_log."""
from numpy_impl.finetuning.evaluation.answer_log import *  # noqa: F403
from numpy_impl.finetuning.evaluation.answer_log import __all__  # noqa: F401
