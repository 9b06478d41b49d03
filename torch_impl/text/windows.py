"""The same for both packages; see numpy_impl.text.windows."""
from numpy_impl.text.windows import *  # noqa: F403
from numpy_impl.text.windows import __all__  # noqa: F401
