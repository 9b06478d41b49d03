"""The same for both packages; see numpy_impl.text.parallel."""
from numpy_impl.text.parallel import *  # noqa: F403
from numpy_impl.text.parallel import __all__  # noqa: F401
