"""The same for both packages; see the reference."""
from numpy_impl.finetuning.classification.run_config import *  # noqa: F403
from numpy_impl.finetuning.classification.run_config import (  # noqa: F401
    __all__,
)
