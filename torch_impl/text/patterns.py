"""The same for both packages; see numpy_impl.text.patterns."""
from numpy_impl.text.patterns import *  # noqa: F403
from numpy_impl.text.patterns import __all__  # noqa: F401
