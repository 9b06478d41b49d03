"""The same for both packages; see numpy_impl.text.near_duplicates."""
from numpy_impl.text.near_duplicates import *  # noqa: F403
from numpy_impl.text.near_duplicates import __all__  # noqa: F401
