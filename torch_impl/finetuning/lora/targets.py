"""The same for both; see numpy_impl.finetuning.lora.targets."""
from numpy_impl.finetuning.lora.targets import *  # noqa: F403
from numpy_impl.finetuning.lora.targets import __all__  # noqa: F401
