"""The same for both packages; see numpy_impl.text.byte_alphabet."""
from numpy_impl.text.byte_alphabet import *  # noqa: F403
from numpy_impl.text.byte_alphabet import __all__  # noqa: F401
