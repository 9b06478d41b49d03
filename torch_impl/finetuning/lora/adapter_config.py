"""The same for both; see numpy_impl.finetuning.lora.adapter_config."""
from numpy_impl.finetuning.lora.adapter_config import *  # noqa: F403
from numpy_impl.finetuning.lora.adapter_config import __all__  # noqa: F401
