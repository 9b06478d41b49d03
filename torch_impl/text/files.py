"""The same for both packages; see numpy_impl.text.files."""
from numpy_impl.text.files import *  # noqa: F403
from numpy_impl.text.files import __all__  # noqa: F401
