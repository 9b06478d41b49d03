"""The same for both packages; see
numpy_impl.finetuning.evaluation.win_rate."""
from numpy_impl.finetuning.evaluation.win_rate import *  # noqa: F403
from numpy_impl.finetuning.evaluation.win_rate import __all__  # noqa: F401
