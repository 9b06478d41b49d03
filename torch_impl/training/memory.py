"""The same for both packages; see numpy_impl.training.memory."""
from numpy_impl.training.memory import *  # noqa: F403
from numpy_impl.training.memory import __all__  # noqa: F401
