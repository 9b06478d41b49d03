"""What goes into losses, and into what is between a model and its loss."""
import numpy as np

from twinformer.batches.collate import IGNORE

from .layers import leading

__all__ = ["answers", "classes", "comparisons", "loss", "loss_and_z", "pooled",
           "smoothed_comparisons"]


def loss(source):
    axes, V = leading(source), source.size(9)
    reduction = source.choice(["mean", "sum", "none"])
    targets = np.where(source.mask(axes), source.ids(axes, V), IGNORE)
    return ((), {"logits": source.numbers((*axes, V)), "targets": targets,
                 "ignore_index": IGNORE, "reduction": reduction},
            axes if reduction == "none" else (), {})


def loss_and_z(source):
    arguments, inputs, axes, options = loss(source)
    logits, targets, ignored, reduction = inputs.values()
    inputs = {"logits": logits, "targets": targets,
              "weight": source.choice([1e-4, 0.5]), "ignore_index": ignored,
              "reduction": reduction}
    return arguments, inputs, (2, *axes), options


def answers(source):
    B, T, V = map(source.size, (4, 7, 9))
    targets = np.where(source.mask((B, T)), source.ids((B, T), V), IGNORE)
    return ((), {"logits": source.numbers((B, T, V)), "targets": targets,
                 "average": source.choice([True, False])}, (B,), {})


def comparisons(source):
    axes = leading(source)
    return ((), {"margins": source.numbers(axes),
                 "beta": source.choice([0.1, 0.5, 2.0])}, axes, {})


def smoothed_comparisons(source):
    arguments, inputs, axes, options = comparisons(source)
    smoothing = source.choice([0.0, 0.1, 0.5])
    return arguments, inputs | {"label_smoothing": smoothing}, axes, options


def pooled(source):
    B, T, C = map(source.size, (4, 7, 5))
    token = source.choice(["first", "last", "last_real", "mean"])
    return ((), {"logits": source.numbers((B, T, C)),
                 "last": source.ids((B,), T), "token": token}, (B, C), {})


def classes(source):
    B, C = map(source.size, (5, 6))
    weights = tuple((0.25 + source.ids((C,), 8)).tolist())
    return ((), {"scores": source.numbers((B, C)),
                 "labels": source.ids((B,), C),
                 "class_weights": source.choice([None, weights]),
                 "label_smoothing": source.choice([0.0, 0.1, 0.5])}, (), {})
