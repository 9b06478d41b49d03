"""The same for both; see numpy_impl.finetuning.lora.adapter_files."""
from numpy_impl.finetuning.lora.adapter_files import *  # noqa: F403
from numpy_impl.finetuning.lora.adapter_files import __all__  # noqa: F401
