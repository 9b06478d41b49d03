"""The same for both; see numpy_impl.models.pretrained.tensorflow_io."""
from numpy_impl.models.pretrained.tensorflow_io import *  # noqa: F403
from numpy_impl.models.pretrained.tensorflow_io import __all__  # noqa: F401
