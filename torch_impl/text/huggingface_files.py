"""The same for both packages; see numpy_impl.text.huggingface_files."""
from numpy_impl.text.huggingface_files import *  # noqa: F403
from numpy_impl.text.huggingface_files import __all__  # noqa: F401
