"""Freezing: finetune a part of a model and leave the rest as it is.

A pretrained model knows most of what a new task needs; often its last layers
are enough to learn the rest. What is frozen has no gradient and no moments,
and no gradient has to flow through the blocks below the first that learns.
"""
from collections.abc import Callable

__all__ = ["LAYERS", "layers_to_train", "train_only"]

LAYERS = ("last_layer", "last_block", "last_two_blocks", "all")


def layers_to_train(choice: str, n_layers: int) -> Callable[[str], bool]:
    """name of a parameter -> whether it learns

    Parameters
    ----------
    choice : {"last_layer", "last_block", "last_two_blocks", "all"}
        The head alone; the head, the final norm and that many last blocks;
        everything.
    n_layers : int
        Blocks of the model.

    Raises
    ------
    ValueError
        For another choice; the message lists those there are.
    """
    if choice not in LAYERS:
        raise ValueError(f"which layers learn must be one of "
                         f"{', '.join(LAYERS)}, got {choice!r}")
    blocks = {"last_block": 1, "last_two_blocks": 2}.get(choice, 0)
    parts = ["head."]
    if blocks:
        parts += ["final_norm."]
        parts += [f"blocks.{number}." for number
                  in range(max(0, n_layers - blocks), n_layers)]
    return lambda name: choice == "all" or name.startswith(tuple(parts))


def train_only(model, wanted: Callable[[str], bool]) -> None:
    """Freeze every parameter whose name is not wanted; gradients begin at 0.

    A shared parameter goes by its first name: the output layer of a tied
    GPT-2 learns where its token embedding does.

    Raises
    ------
    ValueError
        If nothing would be left to learn.
    """
    model.requires_grad_(wanted)
    model.zero_grad()
    if model.is_frozen():
        raise ValueError("no parameter of this model would learn; its names "
                         "are those of model.named_parameters()")
