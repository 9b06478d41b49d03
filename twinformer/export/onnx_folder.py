"""A model of ours as an ONNX file, its tokenizer beside it, for onnxruntime and whatever else
reads ONNX: no Python, no PyTorch."""
import json
from collections.abc import Callable
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from .. import __version__
from ..architectures.kinds import writes
from ..backend import implementation
from ..chat.files import write_chat_template
from ..chat.template import ChatTemplate
from ..io.extras import library
from ..io.files import write_atomically
from ..io.strict_json import json_text
from ..pretrained.formats.registry import config_text
from ..pretrained.tokenizer_files import (
    check_can_be_written, generation_config, write_tokenizer_files,
)
from ..runs.opened_run import OpenedRun
from .folder import new_folder
from .onnx_check import check_against_reference

__all__ = ["export_onnx"]

FILE = "model.onnx"


def export_onnx(opened: OpenedRun, folder: str, past: bool = True,
                note: Callable[[str], None] = lambda line: None) -> str:
    """Write the model and its tokenizer; says in lines what was written, and how exact it is.

    opened
        A classifier's too: its task then says how it reads.
    past
        Whether keys and values of the past are inputs and outputs, as a text that is written
        token by token needs it; of models that write alone.
    note
        Is told what is being done.

    Raises
    ------
    ValueError
        A library is missing, the model does not write and shall have no past, the tokenizer has
        no form as a tokenizer.json, or the file does not compute what the model computes;
        nothing is left then.
    FileExistsError
        Where there is something in the folder.
    OSError
        Where it cannot be written.
    """
    for name in ("onnx", "onnxscript"):
        library(name, "onnx", "to write an ONNX file")
    check_can_be_written(opened.tokenizer)
    if not past and (is_classifier(opened) or not writes(opened.config.model)):
        what = "classifier" if is_classifier(opened) else opened.config.model.kind
        raise ValueError(f"a {what} does not write, and has no past to leave out (--no-past)")
    package = implementation("torch")
    parameters = {name: np.asarray(array, np.float32)
                  for name, array in opened.parameters.items()}
    with new_folder(folder) as (place, final):
        note("following the model through PyTorch, which takes longer the more layers it has")
        form = (classifier_form(opened, parameters, package) if is_classifier(opened)
                else package.onnx_form(
                    package.model_of(opened.config.model, parameters), past))
        package.write_onnx(form, place / FILE, metadata(opened, form))
        write_beside(opened, place)
        lines = [f"{final}: {', '.join(sorted(path.name for path in place.iterdir()))}",
                 f"inputs {listed(form.inputs)}; outputs {listed(form.outputs)}"]
        if find_spec("onnxruntime") is None:
            lines.append("onnxruntime is not installed, so the file was not run; with it "
                         "(pip install 'twinformer[onnx]') it is compared with the reference")
        else:
            note("running the file beside the reference")
            lines.append(check_against_reference(place / FILE, opened, parameters))
    return "\n".join(lines)


def is_classifier(opened: OpenedRun) -> bool:
    return opened.task.get("kind") == "classification"


def classifier_form(opened: OpenedRun, parameters: dict[str, np.ndarray], package: Any) -> Any:
    """Scores of the classes, read and filled up as the run has done it."""
    task = opened.task
    reading = task["reading"]
    model = package.trained_classifier(opened.config.model, parameters, len(task["classes"]))
    return package.classifier_form(
        model, task["token"], task["causal"], task["hide_padding"],
        reading["width"] if reading["fixed"] else None, reading["pad_id"])


def metadata(opened: OpenedRun, form: Any) -> dict[str, str]:
    """What a reader of the file alone has to know."""
    config = opened.config.model
    found = {"kind": config.kind, "vocab_size": str(config.vocab_size),
             "context_length": str(config.context_length),
             "past": json_text(any(name.startswith("past") for name in form.inputs)),
             "config": json_text(asdict(config)), "twinformer": __version__}
    if is_classifier(opened):
        return found | {"classes": json_text(opened.task["classes"], ensure_ascii=False),
                        "width": str(opened.task["reading"]["width"])}
    if writes(config):
        found["stop_tokens"] = json_text(list(opened.tokenizer.stop_tokens))
    return found


def write_beside(opened: OpenedRun, folder: Path) -> None:
    """config.json and the tokenizer's files, as in a Hugging Face folder."""
    config, tokenizer = opened.config.model, opened.tokenizer
    text = config_text(config, "float32", tokenizer.end_of_text)
    if is_classifier(opened):
        classes = opened.task["classes"]
        text = json_text(json.loads(text) | {
            "architectures": None, "id2label": {str(c): name for c, name in enumerate(classes)},
            "label2id": {name: c for c, name in enumerate(classes)}},
            indent=2, ensure_ascii=False) + "\n"
    write_atomically(folder / "config.json", text)
    write_tokenizer_files(folder, tokenizer, config.context_length)
    if writes(config) and not is_classifier(opened):
        write_atomically(folder / "generation_config.json", generation_config(tokenizer))
    if state := opened.task.get("chat_template"):
        write_chat_template(ChatTemplate.from_dict(state), folder)


def listed(names: list[str]) -> str:
    """input_ids, attention_mask, past_key_values.0.key, ... of many"""
    return ", ".join(names if len(names) < 6 else [*names[:4], "...", names[-1]])
