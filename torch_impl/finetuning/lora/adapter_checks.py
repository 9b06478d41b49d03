"""The same for both; see numpy_impl.finetuning.lora.adapter_checks."""
from numpy_impl.finetuning.lora.adapter_checks import *  # noqa: F403
from numpy_impl.finetuning.lora.adapter_checks import __all__  # noqa: F401
