"""The same for both packages; see numpy_impl.text.shard_writer."""
from numpy_impl.text.shard_writer import *  # noqa: F403
from numpy_impl.text.shard_writer import __all__  # noqa: F401
