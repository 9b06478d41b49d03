"""From a task in words to a model's answer in words, and to a file of them.

The file has the book's format, one object a task:

    {"instruction": ..., "input": ..., "output": ..., "model_response": ...}
"""
from collections.abc import Callable, Sequence
from pathlib import Path

from ..io.files import write_atomically
from ..io.strict_json import json_text
from ..chat.template import ChatTemplate
from ..corpora.prompt_style import PromptStyle
from ..corpora.records import Instruction, Preference
from ..generation.streaming import whole_text
from ..tokenizers.tokenizer import Tokenizer

__all__ = ["answer_tasks", "sheet", "write_responses"]


def answer_tasks(model, tasks: Sequence[Instruction | Preference],
                 style: PromptStyle | ChatTemplate, tokenizer: Tokenizer, respond: Callable,
                 max_new_tokens: int, **options) -> list[str]:
    """What the model answers to each task.

    Parameters
    ----------
    model, respond
        Of one package; ``respond`` is that of its responding.py.
    options
        Of ``respond``; left out, the likeliest token is always taken.

    Raises
    ------
    ValueError
        If a question leaves no room for an answer in the model's context.
    """
    context = model.config.context_length
    questions = [style.question_ids(task, tokenizer) for task in tasks]
    for task, question in zip(tasks, questions, strict=True):
        if len(question) >= context:
            raise ValueError(
                f"the question {task.instruction[:40]!r}... has "
                f"{len(question)} tokens, and the model looks at {context}: "
                "there is no room for an answer; shorten it")
    answers = respond(model, questions, max_new_tokens,
                      stop=stop_ids(style, tokenizer),
                      vocab_limit=tokenizer.vocab_size, **options)
    return [style.answer(whole_text(tokenizer, ids)) for ids in answers]


def stop_ids(style: PromptStyle | ChatTemplate,
             tokenizer: Tokenizer) -> list[int]:
    """The tokens that end an answer: those that end any text, and the
    style's own sign where it is one token."""
    own = tokenizer.special_tokens.get(style.after_response)
    return [*tokenizer.stop_tokens, *([] if own is None else [own])]


def sheet(tasks: Sequence[Instruction | Preference],
          answers: Sequence[str]) -> str:
    """Tasks, the answers that were expected, and the model's, to be read."""
    parts = []
    for task, answer in zip(tasks, answers, strict=True):
        lines = [f"task      {task.instruction}"]
        lines += [f"          {task.input}"] if task.input else []
        lines += [f"expected  {task.output}", f"model     {answer}"]
        parts.append("\n".join(line.replace("\n", "\n          ")
                               for line in lines))
    return "\n\n".join(parts)


def write_responses(path: Path, tasks: Sequence[Instruction | Preference],
                    answers: Sequence[str]) -> None:
    """The file of answers, as `twinformer evaluate` and the book read it."""
    entries = [{"instruction": task.instruction, "input": task.input,
                "output": task.output, "model_response": answer}
               for task, answer in zip(tasks, answers, strict=True)]
    write_atomically(path, json_text(entries, ensure_ascii=False, indent=4)
                     + "\n")
