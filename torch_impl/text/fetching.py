"""The same for both packages; see numpy_impl.text.fetching."""
from numpy_impl.text.fetching import *  # noqa: F403
from numpy_impl.text.fetching import __all__  # noqa: F401
