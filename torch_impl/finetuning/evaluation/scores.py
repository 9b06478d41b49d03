"""The same for both packages; see
numpy_impl.finetuning.evaluation.scores."""
from numpy_impl.finetuning.evaluation.scores import *  # noqa: F403
from numpy_impl.finetuning.evaluation.scores import __all__  # noqa: F401
