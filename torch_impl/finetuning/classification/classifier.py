"""The same for both packages; see the reference."""
from numpy_impl.finetuning.classification.classifier import *  # noqa: F403
from numpy_impl.finetuning.classification.classifier import (  # noqa: F401
    __all__,
)
