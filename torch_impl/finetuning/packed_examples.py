"""The same for both packages; see numpy_impl.finetuning.packed_examples."""
from numpy_impl.finetuning.packed_examples import *  # noqa: F403
from numpy_impl.finetuning.packed_examples import __all__  # noqa: F401
