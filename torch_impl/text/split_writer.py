"""The same for both packages; see numpy_impl.text.split_writer."""
from numpy_impl.text.split_writer import *  # noqa: F403
from numpy_impl.text.split_writer import __all__  # noqa: F401
