"""The same for both packages; see numpy_impl.text.shards."""
from numpy_impl.text.shards import *  # noqa: F403
from numpy_impl.text.shards import __all__  # noqa: F401
