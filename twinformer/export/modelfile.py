"""What Ollama is told of a GGUF file: in which words a model is asked, and how it ends.

    FROM ./my-gpt.gguf
    TEMPLATE \"\"\"...\"\"\"
    PARAMETER stop "<|im_end|>"

Ollama guesses a template where none is given, and asks a model in words that it has never seen. So
a Modelfile is written with every GGUF file, under the name of the file: two exports into one
folder do not meet.
"""
import re
from pathlib import Path
from typing import Any

from ..chat.template import ChatTemplate
from ..corpora.prompt_style import PromptStyle
from ..corpora.prompts import PROMPT_STYLES
from ..corpora.turns import Turn
from ..io.shell_words import shell_word
from ..runs.opened_run import OpenedRun
from .style_templates import go_template, spelled

__all__ = ["modelfile", "modelfile_path", "ollama_commands", "style_of"]

MOST_CONTEXT = 8192     # tokens: memory for all that a model could look at is often too much
TEMPERATURE = 0.7       # of twinformer chat
TALK = [Turn("system", "Be brief."), Turn("user", "2 + 2?"), Turn("assistant", "4."),
        Turn("user", "你好！\n3 + 3?")]


def modelfile_path(file: Path) -> Path:
    """Beside my-gpt.gguf, my-gpt.Modelfile."""
    return file.with_suffix(".Modelfile")


def modelfile(opened: OpenedRun, file: Path) -> tuple[str, str]:
    """Its text, and what is to be said about it: "" for nothing.

    file : the GGUF file, in the same folder
    """
    style, missing = style_of(opened.task)
    tokenizer, remarks = opened.tokenizer, ""
    names: dict[int | None, str] = {
        token: name for name, token in tokenizer.special_tokens.items()}
    lines = [f"FROM ./{file.name}"]
    if style is not None:
        begins = names.get(tokenizer.beginning_of_text, "")
        lines.append(f'TEMPLATE """{go_template(style, begins)}"""')
    elif missing:
        remarks = f"the Modelfile has no TEMPLATE: {missing}"
        lines.append(f"# no TEMPLATE: {missing}")
    else:           # it was not taught to answer: it goes on with a text
        lines.append('TEMPLATE """{{ .Prompt }}"""')
    ends = [style.after_response if style else own_end(opened.task),
            *(names.get(token, "") for token in tokenizer.stop_tokens)]
    lines += [f'PARAMETER stop "{end}"' for end in dict.fromkeys(ends) if end]
    lines += [f"PARAMETER num_ctx {min(opened.config.model.context_length, MOST_CONTEXT)}",
              f"PARAMETER temperature {TEMPERATURE}",
              "# as twinformer draws: from all tokens, and without a penalty for what was said",
              "PARAMETER top_k 0", "PARAMETER top_p 1.0", "PARAMETER repeat_penalty 1.0"]
    return "\n".join(lines) + "\n", remarks


def style_of(task: dict[str, Any]) -> tuple[PromptStyle | None, str]:
    """The style that a model was taught with, and why there is none, though it was taught.

    A template of its own is a program, and Go's language is another one. But where it writes a
    conversation as one of our styles does, that one stands for it.
    """
    name = task.get("template")
    if name in PROMPT_STYLES:
        return PROMPT_STYLES[name], ""
    if "chat_template" not in task:
        return None, ""
    template = ChatTemplate.from_dict(task["chat_template"])
    try:
        written = template.text(TALK, asks=True)
    except ValueError:
        written = ""
    for style in PROMPT_STYLES.values():
        if style.turns and written == spelled(style, TALK):
            return style, ""
    return None, ("the model's own chat template, in Jinja, is none of our styles "
                  f"({', '.join(PROMPT_STYLES)}), and Go's language cannot say it; llama.cpp "
                  "reads it in the GGUF file, and Ollama guesses")


def own_end(task: dict[str, Any]) -> str:
    """The sign that ends an answer of a model with a template of its own"""
    if "chat_template" not in task:
        return ""
    return ChatTemplate.from_dict(task["chat_template"]).after_response


def ollama_commands(written: Path) -> str:
    """The two commands that make a model of Ollama's of a Modelfile, and start it."""
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", written.stem).strip("-_.").lower() or "my-model"
    return (f"ollama create {name} -f {shell_word(written)}\n"
            f"ollama run {name}")
