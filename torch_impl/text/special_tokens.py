"""The same for both packages; see numpy_impl.text.special_tokens."""
from numpy_impl.text.special_tokens import *  # noqa: F403
from numpy_impl.text.special_tokens import __all__  # noqa: F401
