"""The same for both packages; see numpy_impl.text.prepare_options."""
from numpy_impl.text.prepare_options import *  # noqa: F403
from numpy_impl.text.prepare_options import __all__  # noqa: F401
