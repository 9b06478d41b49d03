"""How tasks and their answers are divided, and put to a model."""
from dataclasses import dataclass
from typing import Literal

from ..corpora.prompts import prompt_style
from .checks import require

__all__ = ["AnswerConfig"]


@dataclass(frozen=True, kw_only=True)
class AnswerConfig:
    """What learning from answers has in common.

    Attributes
    ----------
    template
        The words around a task and its answer ("" = those that the model was
        taught with, in its own chat template if its folder has one; else
        alpaca, or the short qa where the model looks at fewer than 256
        tokens); alpaca-zh is worded in Chinese.
    train_share
        Share of the tasks to train on: the first ones.
    test_share
        Share of the tasks that are only answered at the end: the next ones.
        The rest validates.
    eval_examples
        Examples of each split in an evaluation (0 = all of validation, and
        as many to train on).
    samples
        Validation tasks that are answered at each evaluation.
    max_new_tokens
        The longest answer.
    """

    template: Literal["", "own", "alpaca", "phi3", "chatml", "alpaca-zh",
                      "qa", "llama3", "qwen3", "qwen3-no-thinking",
                      "gemma"] = ""
    train_share: float = 0.85
    test_share: float = 0.1
    eval_examples: int = 0
    samples: int = 3
    max_new_tokens: int = 96

    def __post_init__(self):
        if self.template not in ("", "own"):
            prompt_style(self.template)
        for name, least in (("eval_examples", 0), ("samples", 0),
                            ("max_new_tokens", 1)):
            require(getattr(self, name) >= least, f"{name} must be at least "
                    f"{least}, got {getattr(self, name)}")
