"""A model of ours as one GGUF file, for llama.cpp, Ollama and LM Studio."""
import os
from pathlib import Path
from typing import Any

import numpy as np

from ..io.atomic_folder import sync
from ..io.drafts import draft_of
from ..io.extras import library
from ..io.files import write_atomically
from ..io.paths import expanded
from ..pretrained.formats.gguf.format import OWN, GGUFFormat
from ..pretrained.formats.gguf.registry import GGUF_FORMATS
from ..runs.opened_run import OpenedRun
from .gguf_tensors import gguf_tensors
from .gguf_vocabulary import Vocabulary, add_vocabulary, vocabulary_of
from .modelfile import modelfile, modelfile_path, ollama_commands, style_of
from .style_templates import jinja_template

__all__ = ["GGUF_TYPES", "export_gguf"]

GGUF_TYPES = ("f32", "f16", "bf16", "q8_0")
ALWAYS_SINGLE = ("_norm.weight", ".bias", "ffn_gate_inp.weight")     # as llama.cpp wants them


def export_gguf(opened: OpenedRun, file: str, dtype: str = "f16") -> str:
    """Write the model, its tokenizer, and a Modelfile beside it; says what was written.

    dtype
        f32 is exact; f16 and bf16 round to half precision; q8_0 keeps eight bits a weight, in
        blocks of 32 with a scale each. Norms, biases and routers are always f32.

    Raises
    ------
    ValueError
        The architecture, its settings or the tokenizer have no form in GGUF.
    FileExistsError
        There is such a file, or such a Modelfile.
    OSError
        It cannot be written.
    """
    library("gguf", "gguf", "to write a GGUF file")
    target = expanded(file)
    if target.suffix != ".gguf":
        raise ValueError(f"expected the name of a file that ends in .gguf, got {file}")
    beside = modelfile_path(target)
    for path in (target, beside):
        if path.exists():
            raise FileExistsError(f"{path} exists already; delete it, or choose another name")
    config = opened.config.model
    if config.kind not in GGUF_FORMATS:
        raise ValueError(f"a {config.kind} is not written as GGUF; these are: "
                         f"{', '.join(GGUF_FORMATS)}")
    format = GGUF_FORMATS[config.kind]()
    format.check(config)
    vocabulary = vocabulary_of(opened.tokenizer, config)
    for_ollama, remark = modelfile(opened, target)
    with draft_of(target) as draft:
        write(draft, opened, format, vocabulary, dtype)
        sync(draft)
        os.replace(draft, target)
    write_atomically(beside, for_ollama)
    size = f"{target}: {target.stat().st_size / 1e6:.1f} MB, {dtype}; for Ollama:"
    return "\n".join([size, *([remark] if remark else []), ollama_commands(beside)])


def write(path: Path, opened: OpenedRun, format: GGUFFormat, vocabulary: Vocabulary,
          dtype: str) -> None:
    import gguf

    config = opened.config.model
    writer = gguf.GGUFWriter(path, format.architecture)
    writer.add_name(opened.folder.name or config.kind)
    writer.add_file_type({"f32": gguf.LlamaFileType.ALL_F32,
                          "f16": gguf.LlamaFileType.MOSTLY_F16,
                          "bf16": gguf.LlamaFileType.MOSTLY_BF16,
                          "q8_0": gguf.LlamaFileType.MOSTLY_Q8_0}[dtype])
    for name, value in format.numbers(config).items():
        add(writer, f"{format.architecture}.{name}", value)
    for name in format.own:
        value = getattr(config, name)
        (writer.add_float64 if isinstance(value, float) else writer.add_uint32
         if type(value) is int else writer.add_bool)(OWN + name, value)
    add_vocabulary(writer, vocabulary)
    style, _ = style_of(opened.task)
    if state := opened.task.get("chat_template"):
        writer.add_chat_template(state["source"])
    elif style is not None:
        writer.add_chat_template(jinja_template(style))
    for name, array in gguf_tensors(format, config, opened.parameters):
        packed, kind = packed_as(name, array, dtype, gguf)
        writer.add_tensor(name, packed, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def add(writer: Any, name: str, value: Any) -> None:
    """A field, of the type that llama.cpp reads it as."""
    adding = {bool: writer.add_bool, int: writer.add_uint32, float: writer.add_float32,
              str: writer.add_string, list: writer.add_array}
    adding[type(value)](name, value)


def packed_as(name: str, array: np.ndarray, dtype: str, gguf: Any) -> tuple[np.ndarray, Any]:
    """Matrices as asked for; vectors stay f32, and what is no whole number of blocks f16."""
    kinds = gguf.GGMLQuantizationType
    if array.ndim < 2 or name.endswith(ALWAYS_SINGLE) or dtype == "f32":
        return array, kinds.F32
    if dtype == "bf16":
        return gguf.quants.quantize(array, kinds.BF16), kinds.BF16
    if np.abs(array).max() > np.finfo(np.float16).max:
        return array, kinds.F32         # what half precision would make infinite stays
    if dtype == "q8_0" and array.shape[-1] % 32 == 0:
        return gguf.quants.quantize(array, kinds.Q8_0), kinds.Q8_0
    return array.astype(np.float16), kinds.F16
