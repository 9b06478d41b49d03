"""The same for both packages; see
numpy_impl.finetuning.instructions.examples."""
from numpy_impl.finetuning.instructions.examples import *  # noqa: F403
from numpy_impl.finetuning.instructions.examples import __all__  # noqa: F401
