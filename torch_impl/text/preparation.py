"""The same for both packages; see numpy_impl.text.preparation."""
from numpy_impl.text.preparation import *  # noqa: F403
from numpy_impl.text.preparation import __all__  # noqa: F401
