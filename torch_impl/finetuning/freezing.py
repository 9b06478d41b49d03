"""Freezing: finetune a part of a model and leave the rest as it is.

A pretrained model knows most of what a new task needs; often its last layers
are enough to learn the rest. What is frozen has no gradient and no moments,
and no gradient has to flow through the blocks below the first that learns.
"""
from collections.abc import Callable

__all__ = ["train_only"]


def train_only(model, wanted: Callable[[str], bool]) -> None:
    """Freeze every parameter whose name is not wanted; gradients begin anew.

    A shared parameter goes by its first name: the output layer of a tied
    GPT-2 learns where its token embedding does.

    Raises
    ------
    ValueError
        If nothing would be left to learn.
    """
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(wanted(name))
    model.zero_grad()
    if not any(parameter.requires_grad for parameter in model.parameters()):
        raise ValueError("no parameter of this model would learn; its names "
                         "are those of model.named_parameters()")
