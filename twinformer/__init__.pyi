"""What is written once: everything around the two implementations."""
from .architectures.gemma3 import Gemma3Config as Gemma3Config
from .architectures.gpt_oss import GptOssConfig as GptOssConfig
from .architectures.kinds import KINDS as KINDS
from .architectures.kinds import all_presets as all_presets
from .architectures.kinds import small_model as small_model
from .architectures.llama import LlamaConfig as LlamaConfig
from .architectures.olmo3 import Olmo3Config as Olmo3Config
from .architectures.qwen3 import Qwen3Config as Qwen3Config
from .architectures.qwen3 import Qwen3MoEConfig as Qwen3MoEConfig
from .backend import BACKENDS as BACKENDS
from .backend import implementation as implementation
from .loading import load_pretrained as load_pretrained
from .backend import load_tokenizer as load_tokenizer
from .models.config import PRESETS as PRESETS
from .models.config import GPT2Config as GPT2Config
from .models.config import preset as preset
from .prepare.prepared import PreparedCorpus as PreparedCorpus
from .runs.opened_run import OpenedRun as OpenedRun
from .runs.opened_run import open_run as open_run

__version__: str
