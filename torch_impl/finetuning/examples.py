"""The same for both packages; see numpy_impl.finetuning.examples."""
from numpy_impl.finetuning.examples import *  # noqa: F403
from numpy_impl.finetuning.examples import __all__  # noqa: F401
