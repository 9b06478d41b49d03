"""All formats, in one list; a new kind of model is one more line here."""
from pathlib import Path
from typing import Any

from ...io.strict_json import json_text
from .bert import BertFormat, is_bert
from .format import Format
from .gemma3 import Gemma3Format
from .gpt2 import GPT2Format
from .gpt_oss import GptOssFormat
from .llama import LlamaFormat
from .llama2c import Llama2CFormat
from .meta import META_FILE, MetaFormat
from .olmo3 import Olmo3Format
from .place import Arrays
from .qwen3 import Qwen3Format, Qwen3MoEFormat
from .settings import Settings

__all__ = ["FORMATS", "REPOSITORIES", "config_text", "format_of", "format_of_file"]

FORMATS: dict[str, Format] = {format.kind: format for format in (
    GPT2Format(), LlamaFormat(), Qwen3Format(), Qwen3MoEFormat(), Gemma3Format(), Olmo3Format(),
    GptOssFormat(), BertFormat())}

# Where the hub has what is published, {preset: repository}
REPOSITORIES = {name: repository for format in (*FORMATS.values(), Llama2CFormat())
                for name, repository in format.repositories.items()}


def format_of(settings: Settings) -> Format:
    """The format of a config.json; one without a model_type is taken for GPT-2's.

    Raises
    ------
    ValueError
        For a model that there is not here.
    """
    found = settings.get("model_type", "gpt2")
    for format in FORMATS.values():
        if found in format.model_types:
            return format
    known = ", ".join(name for format in FORMATS.values() for name in format.model_types)
    raise ValueError(f"{settings.place}: model_type is {found!r}; this is the file of another "
                     f"model, those that can be read are {known}")


def format_of_file(path: Path, in_file: Arrays, kind: str | None) -> Format:
    """The format of a file of weights, of the kind it has to be or of what lies beside it."""
    if path.name == META_FILE:
        return MetaFormat()
    if is_bert(in_file):        # the first BERTs' config.json does not say so
        return FORMATS["bert"]
    if kind is not None:
        return FORMATS[kind]
    beside = path.with_name("config.json")
    return format_of(Settings.read(beside)) if beside.is_file() else FORMATS["gpt2"]


def config_text(config: Any, dtype: str, end: int | None = None) -> str:
    """The text of a config.json for transformers.

    end : the token that ends a text; None: GPT-2's, in its vocabulary
    """
    format = FORMATS[config.kind]
    return json_text({**format.config_json(config), **format.ends(config, end),
                      "dtype": dtype}, indent=2) + "\n"
