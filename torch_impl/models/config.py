"""The same for both packages; see numpy_impl.models.config."""
from numpy_impl.models.config import *  # noqa: F403
from numpy_impl.models.config import __all__  # noqa: F401
