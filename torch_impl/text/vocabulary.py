"""The same for both packages; see numpy_impl.text.vocabulary."""
from numpy_impl.text.vocabulary import *  # noqa: F403
from numpy_impl.text.vocabulary import __all__  # noqa: F401
