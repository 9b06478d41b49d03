"""The same for both packages; see numpy_impl.text.streaming."""
from numpy_impl.text.streaming import *  # noqa: F403
from numpy_impl.text.streaming import __all__  # noqa: F401
