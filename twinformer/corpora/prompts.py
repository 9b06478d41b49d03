"""How a task is put into words for a model, and where its answer begins.

A model that has only read text continues it; it answers where the text looks
as if an answer must follow. What marks tasks and answers does not matter, as
long as training and use have the same marks.
"""
from dataclasses import dataclass

from .records import Instruction, Preference
from ..tokenizers.tokenizer import Tokenizer

__all__ = ["PromptStyle", "ALPACA", "ALPACA_ZH", "PHI3", "CHATML", "QA",
           "PROMPT_STYLES", "prompt_style", "usual_template"]


@dataclass(frozen=True, kw_only=True)
class PromptStyle:
    """The marks of one style.

    Attributes
    ----------
    before_instruction, before_input, before_response
        What stands in front of each part. A part that is empty is left out
        with its mark.
    after_response
        What ends an answer, besides the end of text that follows it.
    """

    before_instruction: str
    before_input: str
    before_response: str
    after_response: str = ""

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
        return self.before_response + answer + self.after_response

    def full(self, task: Instruction | Preference) -> str:
        """Task and answer: what a model is trained on."""
        return self.prompt(task) + self.response(task.output)

    def question_ids(self, task: Instruction | Preference,
                     tokenizer: Tokenizer) -> list[int]:
        """The question as token ids

        A mark becomes one id where it is a special token of the tokenizer
        (ChatML's in the vocabulary of a chat model) and is spelled out where
        it is not (in GPT-2's); the words of the task are always plain text,
        whatever they contain.
        """
        ids = tokenizer.encode(self.before_instruction, "all",
                               add_beginning=True)
        ids += tokenizer.encode_ordinary(task.instruction)
        if task.input:
            ids += marked(tokenizer, self.before_input)
            ids += tokenizer.encode_ordinary(task.input)
        return ids + marked(tokenizer, self.before_response)

    def answer_ids(self, answer: str, tokenizer: Tokenizer) -> list[int]:
        """An answer as token ids, up to the end of text, which is left out"""
        return (tokenizer.encode_ordinary(answer)
                + marked(tokenizer, self.after_response))

    def answer(self, text: str) -> str:
        """What a model wrote after a question, without the marks."""
        if self.after_response:
            text = text.partition(self.after_response)[0]
        return text.strip()


def marked(tokenizer: Tokenizer, mark: str) -> list[int]:
    return tokenizer.encode(mark, allowed_special="all")


# Stanford Alpaca (Taori et al., 2023), as the book has it
ALPACA = PromptStyle(
    before_instruction="Below is an instruction that describes a task. Write "
    "a response that appropriately completes the request."
    "\n\n### Instruction:\n",
    before_input="\n\n### Input:\n",
    before_response="\n\n### Response:\n")

# Alpaca's layout in Chinese, worded for this project: for a model that reads
# and answers Chinese
ALPACA_ZH = PromptStyle(
    before_instruction="下面是一项任务的说明，请写出符合要求的回答。"
    "\n\n### 指令：\n",
    before_input="\n\n### 输入：\n",
    before_response="\n\n### 回答：\n")

# Phi-3 (Abdin et al., 2024, arXiv 2404.14219) as the book simplifies it:
# without <|end|>, and with a colon
PHI3 = PromptStyle(
    before_instruction="<|user|>\n",
    before_input="\n",
    before_response="\n<|assistant|>:\n")

# ChatML (OpenAI, 2023), the style of Qwen's chat models among many others
CHATML = PromptStyle(
    before_instruction="<|im_start|>user\n",
    before_input="\n",
    before_response="<|im_end|>\n<|im_start|>assistant\n",
    after_response="<|im_end|>")

# Questions and answers with marks of a letter (as in Brown et al. 2020,
# arXiv 2005.14165, figure G.7): a small model of one's own looks at few tokens
QA = PromptStyle(
    before_instruction="Q:\n",
    before_input="\n",
    before_response="\nA:\n")

PROMPT_STYLES = {"alpaca": ALPACA, "phi3": PHI3, "chatml": CHATML,
                 "alpaca-zh": ALPACA_ZH, "qa": QA}

# Alpaca's marks alone are 35 to 50 tokens
ROOM_FOR_ALPACA = 256


def usual_template(taught: str | None, context_length: int) -> str:
    """The template where nobody asks for one.

    Parameters
    ----------
    taught
        The one that the model was taught with, if it was.
    context_length
        Tokens that it looks at: few have no room for alpaca's long marks.
    """
    if taught:
        return taught
    return "alpaca" if context_length >= ROOM_FOR_ALPACA else "qa"


def prompt_style(name: str) -> PromptStyle:
    """The style of this name; ValueError, with those there are, if none."""
    if name not in PROMPT_STYLES:
        raise ValueError(f"there is no prompt style {name!r}; there are "
                         f"{', '.join(PROMPT_STYLES)}")
    return PROMPT_STYLES[name]
