"""The same for both; see numpy_impl.finetuning.lora.adapter_names."""
from numpy_impl.finetuning.lora.adapter_names import *  # noqa: F403
from numpy_impl.finetuning.lora.adapter_names import __all__  # noqa: F401
