"""The same for both; see numpy_impl.models.pretrained.safetensors_io."""
from numpy_impl.models.pretrained.safetensors_io import *  # noqa: F403
from numpy_impl.models.pretrained.safetensors_io import __all__  # noqa: F401
