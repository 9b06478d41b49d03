"""The same for both packages; see numpy_impl.text.prepare."""
from numpy_impl.text.prepare import *  # noqa: F403
from numpy_impl.text.prepare import __all__  # noqa: F401
