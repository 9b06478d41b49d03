"""The same for both; see numpy_impl.models.pretrained.names."""
from numpy_impl.models.pretrained.names import *  # noqa: F403
from numpy_impl.models.pretrained.names import __all__  # noqa: F401
