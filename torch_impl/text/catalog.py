"""The same for both packages; see numpy_impl.text.catalog."""
from numpy_impl.text.catalog import *  # noqa: F403
from numpy_impl.text.catalog import __all__  # noqa: F401
