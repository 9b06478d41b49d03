"""How instructions are learned."""
from dataclasses import dataclass

from .answer_config import AnswerConfig

__all__ = ["InstructionConfig"]


@dataclass(frozen=True, kw_only=True)
class InstructionConfig(AnswerConfig):
    """How tasks are put to the model.

    Attributes
    ----------
    response_only
        Learn the answers, and not how tasks are worded.
    packing
        Put several examples side by side into each window of the model's
        context, instead of padding; a batch is then of windows.
    """

    response_only: bool = False
    packing: bool = False
