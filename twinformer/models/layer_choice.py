"""Which layers of a pretrained model learn, by their names."""
from collections.abc import Callable

__all__ = ["LAYERS", "layers_to_train"]

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
