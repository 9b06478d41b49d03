"""The same for both packages; see
numpy_impl.finetuning.evaluation.judge_words."""
from numpy_impl.finetuning.evaluation.judge_words import *  # noqa: F403
from numpy_impl.finetuning.evaluation.judge_words import __all__  # noqa: F401
