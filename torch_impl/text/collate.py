"""The same for both packages; see numpy_impl.text.collate."""
from numpy_impl.text.collate import *  # noqa: F403
from numpy_impl.text.collate import __all__  # noqa: F401
