"""The same for both packages; see numpy_impl.text.corpora."""
from numpy_impl.text.corpora import *  # noqa: F403
from numpy_impl.text.corpora import __all__  # noqa: F401
