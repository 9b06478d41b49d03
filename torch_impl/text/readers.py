"""The same for both packages; see numpy_impl.text.readers."""
from numpy_impl.text.readers import *  # noqa: F403
from numpy_impl.text.readers import __all__  # noqa: F401
