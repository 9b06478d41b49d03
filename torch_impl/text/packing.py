"""The same for both packages; see numpy_impl.text.packing."""
from numpy_impl.text.packing import *  # noqa: F403
from numpy_impl.text.packing import __all__  # noqa: F401
