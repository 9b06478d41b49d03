"""The same for both packages; see numpy_impl.text.early_merges."""
from numpy_impl.text.early_merges import *  # noqa: F403
from numpy_impl.text.early_merges import __all__  # noqa: F401
