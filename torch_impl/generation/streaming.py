"""From token ids to text, as fast as they come: the reference's own file."""
from numpy_impl.generation.streaming import *  # noqa: F403
from numpy_impl.generation.streaming import __all__  # noqa: F401
