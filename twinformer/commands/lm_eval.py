"""Measure a model on the tasks of EleutherAI's lm-evaluation-harness.

  twinformer lm-eval --model twinformer --model_args path=runs/run-1 --tasks lambada_openai
  twinformer lm-eval --model twinformer --model_args path=gpt2,backend=numpy,batch_size=8
      --tasks arc_easy,hellaswag --limit 100
  twinformer lm-eval --model twinformer --model_args path=runs/instruct-1
      --apply_chat_template --tasks gsm8k
  twinformer lm-eval ls tasks
  twinformer lm-eval run --help        the harness's own options

This is the harness's command line, every word unchanged, with a model more in
it: twinformer. Its --model_args are path (a run, a published size, a folder or
.gguf file with weights), backend (torch, numpy), batch_size, device, max_length,
max_gen_toks, template (of chats), add_bos_token, prefix_token_id and seed. It needs
pip install 'twinformer[lm-eval]'. Tasks of your own lie in a folder of YAML
files: --include_path FOLDER.
"""
import sys
from collections.abc import Sequence

__all__ = ["add_arguments", "hand_on"]


def add_arguments(parser) -> None:
    """None: all words are for the harness."""


def hand_on(words: Sequence[str]) -> int:
    """Run the harness on these words."""
    from ..harness.answers import EXTRA
    from ..io.extras import library

    harness = library("lm_eval.__main__", *EXTRA)
    from .. import lm_eval  # noqa: F401    registers our model there

    sys.argv = ["lm-eval", *words]
    harness.cli_evaluate()
    return 0
