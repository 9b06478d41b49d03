"""The same for both packages; see
numpy_impl.finetuning.evaluation.multiple_choice."""
from numpy_impl.finetuning.evaluation.multiple_choice import *  # noqa: F403
from numpy_impl.finetuning.evaluation.multiple_choice import (  # noqa: F401
    __all__)
