"""The same for both packages; see numpy_impl.text.prepared."""
from numpy_impl.text.prepared import *  # noqa: F403
from numpy_impl.text.prepared import __all__  # noqa: F401
