"""The same for both packages; see numpy_impl.models.torch_random."""
from numpy_impl.models.torch_random import *  # noqa: F403
from numpy_impl.models.torch_random import __all__  # noqa: F401
