"""The same for both packages; see
numpy_impl.finetuning.evaluation.perplexity."""
from numpy_impl.finetuning.evaluation.perplexity import *  # noqa: F403
from numpy_impl.finetuning.evaluation.perplexity import __all__  # noqa: F401
