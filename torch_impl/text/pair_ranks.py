"""The same for both packages; see numpy_impl.text.pair_ranks."""
from numpy_impl.text.pair_ranks import *  # noqa: F403
from numpy_impl.text.pair_ranks import __all__  # noqa: F401
