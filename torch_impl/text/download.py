"""The same for both packages; see numpy_impl.text.download."""
from numpy_impl.text.download import *  # noqa: F403
from numpy_impl.text.download import __all__  # noqa: F401
