"""The same for both packages; see numpy_impl.text.ledger."""
from numpy_impl.text.ledger import *  # noqa: F403
from numpy_impl.text.ledger import __all__  # noqa: F401
