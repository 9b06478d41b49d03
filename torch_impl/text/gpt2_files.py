"""The same for both packages; see numpy_impl.text.gpt2_files."""
from numpy_impl.text.gpt2_files import *  # noqa: F403
from numpy_impl.text.gpt2_files import __all__  # noqa: F401
