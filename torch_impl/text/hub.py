"""The same for both packages; see numpy_impl.text.hub."""
from numpy_impl.text.hub import *  # noqa: F403
from numpy_impl.text.hub import __all__  # noqa: F401
