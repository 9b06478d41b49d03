"""The same for both packages; see numpy_impl.text.manifest."""
from numpy_impl.text.manifest import *  # noqa: F403
from numpy_impl.text.manifest import __all__  # noqa: F401
