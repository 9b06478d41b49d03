"""The same for both; see numpy_impl.models.pretrained.config_io."""
from numpy_impl.models.pretrained.config_io import *  # noqa: F403
from numpy_impl.models.pretrained.config_io import __all__  # noqa: F401
