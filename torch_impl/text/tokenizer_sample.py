"""The same for both packages; see numpy_impl.text.tokenizer_sample."""
from numpy_impl.text.tokenizer_sample import *  # noqa: F403
from numpy_impl.text.tokenizer_sample import __all__  # noqa: F401
