"""A classifier as torch.export can follow it: texts in, scores of the classes
out, as classification.py reads them.

Shapes: B batch, T positions, W = the width to which the run pads, C classes.
"""
import torch
from torch.nn import functional

from ..layers.attention import causal_mask
from ..layers.module import Module
from ..models.onnx_file import OnnxForm
from ..models.traced import traceable
from .classification import attention_mask as mask_of
from .pooling import pool

__all__ = ["TracedClassifier", "classifier_form"]


class TracedClassifier(Module):
    """Texts, padded on the right, are read as the classifier has learned to.

    token, causal, hide_padding : as in Classification
    width, pad_id : rows are filled up to that width, where padding has a say;
        width None = they are not
    """

    def __init__(self, model, token: str, causal: bool, hide_padding: bool,
                 width: int | None, pad_id: int):
        super().__init__()
        self.model = traceable(model)
        self.token, self.causal = token, causal
        self.hide_padding = hide_padding
        self.width, self.pad_id = width, pad_id

    def forward(self, input_ids, attention_mask):
        """Both (B, T) -> scores (B, C)"""
        last = attention_mask.sum(1) - 1                   # (B,)
        real = attention_mask > 0                          # (B, T)
        ids = input_ids.where(real, self.pad_id)           # (B, T)
        if self.width is not None:
            more = self.width - ids.shape[1]
            ids = functional.pad(ids, (0, more), value=self.pad_id)
        T = ids.shape[1]
        mask = mask_of(last, T, self.causal, self.hide_padding)
        mask = causal_mask(T, T) if mask is None else mask
        logits = self.model(ids, mask=mask)                # (B, T, C)
        return pool(logits, last, self.token)


def classifier_form(model, token: str, causal: bool, hide_padding: bool,
                    width: int | None, pad_id: int) -> OnnxForm:
    """The form of a classifier, for write_onnx."""
    ids = torch.zeros(2, 3, dtype=torch.int64)
    axes = {0: "batch_size", 1: "sequence_length"}
    return OnnxForm(
        TracedClassifier(
            model, token, causal, hide_padding, width, pad_id),
        (ids, ids + 1), (axes, axes),
        ["input_ids", "attention_mask"], ["logits"])
