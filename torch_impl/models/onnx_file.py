"""Models as ONNX files, which onnxruntime and many others run without Python
or PyTorch. The reference has no such twin: what makes the graph of a model is
torch.export.

Inputs and outputs have the names that Hugging Face's optimum gives them.

Shapes: see traced.py.
"""
import logging
import os
import warnings
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from twinformer.architectures.kinds import writes
from .traced import TracedBert, TracedDecoder

__all__ = ["OnnxForm", "onnx_form", "write_onnx"]

OPSET = 20                  # the first with a GELU; onnxruntime 1.17 and later
ONE_FILE = 1_500_000_000    # bytes; protobuf reads no more than 2^31
B, T, P, S = ("batch_size", "sequence_length", "past_sequence_length",
              "total_sequence_length")


class OnnxForm:
    """What is traced: a function of tensors, an example of its inputs, their
    names, and which of their axes may have any length.

    Parameters
    ----------
    function : Module
    example : tuple of int64 tensors, then perhaps [(k, v), ...]
    axes : as the example, {axis: name} for each tensor
    inputs, outputs : names, in order
    """

    def __init__(self, function, example, axes, inputs, outputs):
        self.function, self.example, self.axes = function, example, axes
        self.inputs, self.outputs = inputs, outputs


def onnx_form(model, past: bool = True) -> OnnxForm:
    """A model's form: of one that writes with or without the past, of BERT
    with hidden vectors."""
    c = model.config
    ids = torch.zeros(2, 3, dtype=torch.int64)
    if not writes(c):
        return OnnxForm(
            TracedBert(model), (ids, ids + 1, torch.zeros_like(ids)),
            ({0: B, 1: T},) * 3,
            ["input_ids", "attention_mask", "token_type_ids"],
            ["logits", "last_hidden_state"])
    function = TracedDecoder(model)
    if not past:
        return OnnxForm(
            function, (ids, ids + 1), ({0: B, 1: T},) * 2,
            ["input_ids", "attention_mask"], ["logits"])
    heads = getattr(c, "n_kv_heads", c.n_heads)
    width = getattr(c, "head_dim", c.d_model // c.n_heads)
    seen = torch.ones(2, 7, dtype=torch.int64)             # (B, P + T)
    pairs = [tuple(torch.zeros(2, 2, heads, 4, width))     # none twice: to
             for _ in range(c.n_layers)]  # torch.export it were one input
    names = [f"{n}.{part}" for n in range(c.n_layers)
             for part in ("key", "value")]
    return OnnxForm(
        function, (ids, seen, pairs),
        ({0: B, 1: T}, {0: B, 1: S}, [({0: B, 2: P},) * 2] * c.n_layers),
        ["input_ids", "attention_mask",
         *(f"past_key_values.{name}" for name in names)],
        ["logits", *(f"present.{name}" for name in names)])


def write_onnx(form: OnnxForm, path: str | os.PathLike,
               metadata: Mapping[str, str], one_file: int = ONE_FILE) -> None:
    """Write a form's graph and weights; large ones beside it, path + ".data".

    Parameters
    ----------
    form : from onnx_form
    path : of the file
    metadata : {name: text}, to be in it
    one_file : up to so many bytes of weights are in the file itself

    Raises
    ------
    ImportError
        If onnx or onnxscript is not installed.
    OSError
        If it cannot be written.
    """
    from onnx_ir.passes.common import ClearMetadataAndDocStringPass

    with quietly(), torch.no_grad():
        form.function(*form.example)  # tables that are made once are made
        program: Any = torch.onnx.export(
            form.function, form.example, dynamo=True, verbose=False,
            opset_version=OPSET, dynamic_shapes=form.axes,
            input_names=form.inputs, output_names=form.outputs,
            custom_translation_table={torch.ops.aten.sort.stable: top_k})
    ClearMetadataAndDocStringPass()(program.model)  # paths of this machine
    program.model.producer_name = "twinformer"
    program.model.metadata_props.update(metadata)
    size = sum(tensor.numel() * tensor.element_size()
               for tensor in form.function.parameters())
    program.save(Path(path), external_data=size > one_file)


def top_k(x, stable=None, dim=-1, descending=False):
    """aten::sort, stable, which torch has no translation of: of equal numbers
    ONNX's TopK takes those of the lower index first, as router.py asks for."""
    from onnxscript import opset20 as op

    every = op.Constant(value_ints=[x.shape[dim]])
    return op.TopK(x, every, axis=dim, largest=int(descending), sorted=1)


@contextmanager
def quietly():
    """A context without the exporter's remarks on itself."""
    log = logging.getLogger("torch.onnx")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(before)
