"""The same for both packages; see
numpy_impl.finetuning.evaluation.endpoint."""
from numpy_impl.finetuning.evaluation.endpoint import *  # noqa: F403
from numpy_impl.finetuning.evaluation.endpoint import __all__  # noqa: F401
