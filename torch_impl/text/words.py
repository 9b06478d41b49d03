"""The same for both packages; see numpy_impl.text.words."""
from numpy_impl.text.words import *  # noqa: F403
from numpy_impl.text.words import __all__  # noqa: F401
