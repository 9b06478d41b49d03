"""The same for both packages; see numpy_impl.models.initialisation."""
from numpy_impl.models.initialisation import *  # noqa: F403
from numpy_impl.models.initialisation import __all__  # noqa: F401
