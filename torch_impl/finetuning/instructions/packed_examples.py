"""The same for both packages; see
numpy_impl.finetuning.instructions.packed_examples."""
from numpy_impl.finetuning.instructions.packed_examples import *  # noqa: F403
from numpy_impl.finetuning.instructions.packed_examples import (  # noqa: F401
    __all__,
)
