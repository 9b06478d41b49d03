"""The same for both packages; see numpy_impl.text.piece_cache."""
from numpy_impl.text.piece_cache import *  # noqa: F403
from numpy_impl.text.piece_cache import __all__  # noqa: F401
