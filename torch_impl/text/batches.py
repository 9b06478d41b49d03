"""The same for both packages; see numpy_impl.text.batches."""
from numpy_impl.text.batches import *  # noqa: F403
from numpy_impl.text.batches import __all__  # noqa: F401
