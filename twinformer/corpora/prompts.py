"""How a task is put into words for a model, and where its answer begins.

A model that has only read text continues it; it answers where the text looks
as if an answer must follow. What marks tasks and answers does not matter, as
long as training and use have the same marks.
"""
from dataclasses import replace

from .prompt_style import PromptStyle

__all__ = ["ALPACA", "ALPACA_ZH", "PHI3", "CHATML", "QA",
           "LLAMA3", "QWEN3", "QWEN3_NO_THINKING", "GEMMA",
           "PROMPT_STYLES", "prompt_style", "usual_template"]

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
    after_response="<|im_end|>", after_turn="\n",
    before_system="<|im_start|>system\n", after_system="<|im_end|>\n")

# Llama 3 (Grattafiori et al., 2024, arXiv 2407.21783): a header says who
# speaks. Llama 3.1 and later have a date in front: their folder says so.
LLAMA3 = PromptStyle(
    before_all="<|begin_of_text|>",
    before_system="<|start_header_id|>system<|end_header_id|>\n\n",
    after_system="<|eot_id|>",
    before_instruction="<|start_header_id|>user<|end_header_id|>\n\n",
    before_input="\n",
    before_response="<|eot_id|><|start_header_id|>assistant<|end_header_id|>"
    "\n\n",
    after_response="<|eot_id|>", strip=True)

# Qwen3 (2025, arXiv 2505.09388): ChatML, and room for thoughts in front of
# an answer; without thinking, the room is closed before the model begins
QWEN3 = replace(CHATML, no_thoughts="<think>\n\n</think>\n\n")
QWEN3_NO_THINKING = replace(QWEN3, thinking=False)

# Gemma (2024, arXiv 2403.08295; 3: arXiv 2503.19786): the system speaks in
# the user's question
GEMMA = PromptStyle(
    before_all="<bos>",
    before_instruction="<start_of_turn>user\n",
    before_input="\n",
    before_response="<end_of_turn>\n<start_of_turn>model\n",
    after_response="<end_of_turn>", after_turn="\n", strip=True)

# Questions and answers with marks of a letter (as in Brown et al. 2020,
# arXiv 2005.14165, figure G.7): a small model of one's own looks at few tokens
QA = PromptStyle(
    before_instruction="Q:\n",
    before_input="\n",
    before_response="\nA:\n")

PROMPT_STYLES = {"alpaca": ALPACA, "phi3": PHI3, "chatml": CHATML,
                 "alpaca-zh": ALPACA_ZH, "qa": QA, "llama3": LLAMA3,
                 "qwen3": QWEN3, "qwen3-no-thinking": QWEN3_NO_THINKING,
                 "gemma": GEMMA}

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
