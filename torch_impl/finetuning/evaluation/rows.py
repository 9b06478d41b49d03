"""The same for both packages; see numpy_impl.finetuning.evaluation.rows."""
from numpy_impl.finetuning.evaluation.rows import *  # noqa: F403
from numpy_impl.finetuning.evaluation.rows import __all__  # noqa: F401
