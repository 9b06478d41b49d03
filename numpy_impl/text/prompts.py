"""How a task is put into words for a model, and where its answer begins.

A model that has only read text continues it; it answers where the text looks
as if an answer must follow. What marks tasks and answers does not matter, as
long as training and use have the same marks.
"""
from dataclasses import dataclass

from .records import Instruction, Preference

__all__ = ["PromptStyle", "ALPACA", "PHI3", "PROMPT_STYLES"]


@dataclass(frozen=True, kw_only=True)
class PromptStyle:
    """The marks of one style.

    Attributes
    ----------
    before_instruction, before_input, before_response
        What stands in front of each part. A part that is empty is left out
        with its mark.
    """

    before_instruction: str
    before_input: str
    before_response: str

    def prompt(self, task: Instruction | Preference) -> str:
        """The task, without the mark in front of the answer."""
        text = self.before_instruction + task.instruction
        if task.input:
            text += self.before_input + task.input
        return text

    def question(self, task: Instruction | Preference) -> str:
        """All that a model is given before it answers."""
        return self.prompt(task) + self.before_response

    def response(self, answer: str) -> str:
        """An answer with the mark in front of it."""
        return self.before_response + answer

    def full(self, task: Instruction | Preference) -> str:
        """Task and answer: what a model is trained on."""
        return self.prompt(task) + self.response(task.output)


# Stanford Alpaca (Taori et al., 2023), as the book has it
ALPACA = PromptStyle(
    before_instruction="Below is an instruction that describes a task. Write "
    "a response that appropriately completes the request."
    "\n\n### Instruction:\n",
    before_input="\n\n### Input:\n",
    before_response="\n\n### Response:\n")

# Phi-3 (Abdin et al., 2024, arXiv 2404.14219) as the book simplifies it:
# without <|end|>, and with a colon
PHI3 = PromptStyle(
    before_instruction="<|user|>\n",
    before_input="\n",
    before_response="\n<|assistant|>:\n")

PROMPT_STYLES = {"alpaca": ALPACA, "phi3": PHI3}
