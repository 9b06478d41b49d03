"""The same for both packages; see numpy_impl.text.text_blocks."""
from numpy_impl.text.text_blocks import *  # noqa: F403
from numpy_impl.text.text_blocks import __all__  # noqa: F401
