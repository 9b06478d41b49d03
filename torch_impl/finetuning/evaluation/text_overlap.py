"""The same for both packages; see
numpy_impl.finetuning.evaluation.text_overlap."""
from numpy_impl.finetuning.evaluation.text_overlap import *  # noqa: F403
from numpy_impl.finetuning.evaluation.text_overlap import __all__  # noqa: F401
