"""The same for both packages; see numpy_impl.text.bpe_batches."""
from numpy_impl.text.bpe_batches import *  # noqa: F403
from numpy_impl.text.bpe_batches import __all__  # noqa: F401
