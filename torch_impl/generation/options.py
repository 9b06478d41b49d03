"""What a caller may ask of generation: the reference's own file."""
from numpy_impl.generation.options import *  # noqa: F403
from numpy_impl.generation.options import __all__  # noqa: F401
