"""The same for both packages; see numpy_impl.models.vocabulary."""
from numpy_impl.models.vocabulary import *  # noqa: F403
from numpy_impl.models.vocabulary import __all__  # noqa: F401
