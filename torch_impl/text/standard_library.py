"""The same for both packages; see numpy_impl.text.standard_library."""
from numpy_impl.text.standard_library import *  # noqa: F403
from numpy_impl.text.standard_library import __all__  # noqa: F401
