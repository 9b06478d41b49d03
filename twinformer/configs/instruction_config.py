"""How instructions are learned."""
from dataclasses import dataclass
from typing import Literal

from ..corpora.prompts import prompt_style
from .answer_config import AnswerConfig

__all__ = ["InstructionConfig"]


@dataclass(frozen=True, kw_only=True)
class InstructionConfig(AnswerConfig):
    """How tasks are put to the model.

    Attributes
    ----------
    template
        The words around a task and its answer; those of alpaca-zh are
        Chinese.
    response_only
        Learn the answers, and not how tasks are worded.
    packing
        Put several examples side by side into each window of the model's
        context, instead of padding; a batch is then of windows.
    """

    template: Literal["alpaca", "phi3", "chatml", "alpaca-zh"] = "alpaca"
    response_only: bool = False
    packing: bool = False

    def __post_init__(self):
        super().__post_init__()
        prompt_style(self.template)     # none of "", which no model chose yet
