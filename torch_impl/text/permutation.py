"""The same for both packages; see numpy_impl.text.permutation."""
from numpy_impl.text.permutation import *  # noqa: F403
from numpy_impl.text.permutation import __all__  # noqa: F401
