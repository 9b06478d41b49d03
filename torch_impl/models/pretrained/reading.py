"""The same for both; see numpy_impl.models.pretrained.reading."""
from numpy_impl.models.pretrained.reading import *  # noqa: F403
from numpy_impl.models.pretrained.reading import __all__  # noqa: F401
