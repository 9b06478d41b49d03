"""The same for both; see numpy_impl.models.pretrained.tensorflow_table."""
from numpy_impl.models.pretrained.tensorflow_table import *  # noqa: F403
from numpy_impl.models.pretrained.tensorflow_table import (
    __all__,  # noqa: F401
)
