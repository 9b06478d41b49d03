"""The same for both packages; see numpy_impl.text.corpus."""
from numpy_impl.text.corpus import *  # noqa: F403
from numpy_impl.text.corpus import __all__  # noqa: F401
