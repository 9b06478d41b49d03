"""The chat template in a model's folder, and the one that is asked for."""
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..corpora.prompt_style import PromptStyle
from ..corpora.prompts import prompt_style
from ..io.files import write_atomically
from ..io.gguf_io import is_gguf, open_gguf
from ..io.strict_json import json_text
from ..io.text_files import read_text
from ..tokenizers.formats.folder_settings import object_of
from .template import ChatTemplate

__all__ = ["OWN", "style_named", "template_in", "write_chat_template"]

OWN = "own"             # the name of the template that comes with a model
FILE, CONFIG = "chat_template.jinja", "tokenizer_config.json"
ROLES = [f"{role}_token" for role in (
    "bos", "eos", "unk", "sep", "pad", "cls", "mask")]


def template_in(folder: Path) -> dict[str, Any]:
    """What a model was taught with, as a finetuned run says it.

    folder : or a GGUF file, which has it inside

    chat_template.jinja, else chat_template in tokenizer_config.json, of
    several the one called default; an empty dictionary where there is none.
    It is not yet compiled: who does not chat need not care.

    Raises
    ------
    ValueError
        Where a file is damaged, or none of several is the default.
    """
    if is_gguf(folder) and folder.is_file():
        return template_of_fields(folder, open_gguf(folder).fields)
    config = object_of(folder / CONFIG)
    source: Any = config.get("chat_template")
    path = folder / CONFIG
    if (folder / FILE).is_file():
        path = folder / FILE
        source = read_text(path)
    if not source:
        return {}
    if isinstance(source, list):
        named = {each.get("name"): each.get("template") for each in source
                 if isinstance(each, dict)}
        if "default" not in named:
            raise ValueError(f"{path}: none of its chat templates is called "
                             f"default; there are {', '.join(map(str, named))}")
        source = named["default"]
    if not isinstance(source, str):
        raise ValueError(f"{path}: expected a text as its chat_template, got "
                         f"{source!r:.80}")
    tokens = object_of(folder / "special_tokens_map.json") | config
    variables = {role: token["content"] if isinstance(token, dict) else token
                 for role in ROLES if (token := tokens.get(role)) is not None}
    return taught(path, source, variables)


def taught(path: Path, source: str, variables: dict[str, Any]) -> dict[str, Any]:
    return {"template": OWN, "chat_template": {
        "source": source, "variables": variables, "now": None,
        "origin": str(path)}}


def template_of_fields(path: Path, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The same of what a GGUF file says."""
    source = fields.get("tokenizer.chat_template")
    if not source:
        return {}
    if not isinstance(source, str):
        raise ValueError(f"{path}: expected a text as its chat template, got {source!r:.80}")
    tokens, variables = fields.get("tokenizer.ggml.tokens"), {}
    for role in ("bos", "eos"):
        token = fields.get(f"tokenizer.ggml.{role}_token_id")
        if isinstance(tokens, list) and type(token) is int and token < len(tokens):
            variables[f"{role}_token"] = tokens[token]
    return taught(path, source, variables)


def style_named(name: str, taught: Mapping[str, Any],
                ) -> PromptStyle | ChatTemplate:
    """The style of this name; "own" is the model's.

    Parameters
    ----------
    taught
        What the model was taught with: OpenedRun.task.

    Raises
    ------
    ValueError
        Where there is none of that name, the model has none, or it is no
        template.
    """
    if name != OWN:
        return prompt_style(name)
    if "chat_template" not in taught:
        raise ValueError(
            f"--template {OWN} is the chat template that comes with a model, "
            f"in {FILE} or {CONFIG}, and this model has none; take another "
            "one, such as chatml")
    return ChatTemplate.from_dict(taught["chat_template"])


def write_chat_template(template: ChatTemplate, folder: Path) -> None:
    """chat_template.jinja, with the template's variables set in front: the
    folder's own special tokens may have other roles."""
    names = "".join(f"{{% set {name} = {json_text(value)} %}}"
                    for name, value in template.variables.items())
    # without the empty expression a line end behind the sets would be lost
    write_atomically(folder / FILE, f"{names}{{{{ '' }}}}{template.source}")
