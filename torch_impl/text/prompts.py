"""The same for both packages; see numpy_impl.text.prompts."""
from numpy_impl.text.prompts import *  # noqa: F403
from numpy_impl.text.prompts import __all__  # noqa: F401
