"""The same for both packages; see numpy_impl.text.passages."""
from numpy_impl.text.passages import *  # noqa: F403
from numpy_impl.text.passages import __all__  # noqa: F401
