"""The same for both packages; see numpy_impl.text.sentencepiece_tokenizer."""
from numpy_impl.text.sentencepiece_tokenizer import *  # noqa: F403
from numpy_impl.text.sentencepiece_tokenizer import __all__  # noqa: F401
