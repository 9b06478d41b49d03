"""Which layers see a window of the text only, in a config.json: a list of all layers' types, or
how often one of them sees all of it."""
from .settings import Settings

__all__ = ["layer_types", "read_global_every"]

FULL, SLIDING = "full_attention", "sliding_attention"


def read_global_every(settings: Settings, n_layers: int, default: int) -> int:
    """Every so many layers one sees the whole text

    Raises
    ------
    ValueError
        Where the layers that do are not evenly spaced.
    """
    every = settings.whole("sliding_window_pattern",
                           settings.whole("_sliding_window_pattern", default))
    types = settings.get("layer_types")
    if types is None:
        return every
    if FULL in types:
        every = types.index(FULL) + 1
    elif every <= n_layers:
        every = n_layers + 1
    expected = [FULL if (layer + 1) % every == 0 else SLIDING for layer in range(n_layers)]
    if types != expected:
        raise ValueError(f"{settings.place}: layer_types is {types}, and in {settings.model} "
                         f"here every so many layers see the whole text, such as {expected}")
    return every


def layer_types(config) -> list[str]:
    """What config.json calls them."""
    return [SLIDING if config.window(layer) else FULL for layer in range(config.n_layers)]
