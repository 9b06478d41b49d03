"""The same for both packages; see numpy_impl.text.gutenberg."""
from numpy_impl.text.gutenberg import *  # noqa: F403
from numpy_impl.text.gutenberg import __all__  # noqa: F401
