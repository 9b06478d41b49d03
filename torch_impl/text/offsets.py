"""The same for both packages; see numpy_impl.text.offsets."""
from numpy_impl.text.offsets import *  # noqa: F403
from numpy_impl.text.offsets import __all__  # noqa: F401
