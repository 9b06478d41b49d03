"""The same for both packages; see numpy_impl.text.bpe_merging."""
from numpy_impl.text.bpe_merging import *  # noqa: F403
from numpy_impl.text.bpe_merging import __all__  # noqa: F401
