"""The same for both packages; see numpy_impl.text.records."""
from numpy_impl.text.records import *  # noqa: F403
from numpy_impl.text.records import __all__  # noqa: F401
