"""The same for both packages; see numpy_impl.text.network_words."""
from numpy_impl.text.network_words import *  # noqa: F403
from numpy_impl.text.network_words import __all__  # noqa: F401
