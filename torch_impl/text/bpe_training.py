"""The same for both packages; see numpy_impl.text.bpe_training."""
from numpy_impl.text.bpe_training import *  # noqa: F403
from numpy_impl.text.bpe_training import __all__  # noqa: F401
