"""The same for both packages; see numpy_impl.text.window_order."""
from numpy_impl.text.window_order import *  # noqa: F403
from numpy_impl.text.window_order import __all__  # noqa: F401
