"""The same for both packages; see numpy_impl.layers.checks."""
from numpy_impl.layers.checks import *  # noqa: F403
from numpy_impl.layers.checks import __all__  # noqa: F401
