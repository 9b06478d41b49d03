"""The same for both packages; see numpy_impl.text.encoding."""
from numpy_impl.text.encoding import *  # noqa: F403
from numpy_impl.text.encoding import __all__  # noqa: F401
