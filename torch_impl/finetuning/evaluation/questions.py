"""The same for both packages; see
numpy_impl.finetuning.evaluation.questions."""
from numpy_impl.finetuning.evaluation.questions import *  # noqa: F403
from numpy_impl.finetuning.evaluation.questions import __all__  # noqa: F401
