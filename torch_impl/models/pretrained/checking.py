"""The same for both; see numpy_impl.models.pretrained.checking."""
from numpy_impl.models.pretrained.checking import *  # noqa: F403
from numpy_impl.models.pretrained.checking import __all__  # noqa: F401
