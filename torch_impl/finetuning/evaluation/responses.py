"""The same for both packages; see
numpy_impl.finetuning.evaluation.responses."""
from numpy_impl.finetuning.evaluation.responses import *  # noqa: F403
from numpy_impl.finetuning.evaluation.responses import __all__  # noqa: F401
