"""The same for both packages; see numpy_impl.models.book_initialisation."""
from numpy_impl.models.book_initialisation import *  # noqa: F403
from numpy_impl.models.book_initialisation import __all__  # noqa: F401
