"""What is written once: everything around the two implementations."""
from .backend import BACKENDS as BACKENDS
from .backend import implementation as implementation
from .loading import load_pretrained as load_pretrained
from .backend import load_tokenizer as load_tokenizer
from .models.config import PRESETS as PRESETS
from .models.config import GPT2Config as GPT2Config
from .models.config import preset as preset
from .prepare.prepared import PreparedCorpus as PreparedCorpus
from .runs.run_folder import OpenedRun as OpenedRun
from .runs.run_folder import open_run as open_run

__version__: str
