"""The same for both packages; see numpy_impl.text.characters."""
from numpy_impl.text.characters import *  # noqa: F403
from numpy_impl.text.characters import __all__  # noqa: F401
