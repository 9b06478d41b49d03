"""The same for both; see numpy_impl.models.pretrained.hub."""
from numpy_impl.models.pretrained.hub import *  # noqa: F403
from numpy_impl.models.pretrained.hub import __all__  # noqa: F401
