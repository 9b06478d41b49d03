"""The same for both packages; see numpy_impl.text.tokenizer."""
from numpy_impl.text.tokenizer import *  # noqa: F403
from numpy_impl.text.tokenizer import __all__  # noqa: F401
