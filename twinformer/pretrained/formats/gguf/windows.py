"""Which layers see a window only, and how far YaRN stretches the others, in a GGUF file."""
import math
from typing import Any

from ..settings import Settings

__all__ = ["YARN_FIELDS", "every", "yarn_numbers", "yarn_sizes"]

PATTERN = "attention.sliding_window_pattern"
YARN_FIELDS = tuple(f"rope.scaling.{name}" for name in (
    "factor", "original_context_length", "attn_factor", "yarn_beta_fast", "yarn_beta_slow",
    "yarn_ext_factor", "yarn_attn_factor"))


def every(settings: Settings, n_layers: int, usual: int) -> int:
    """Every so many layers one sees the whole text: a number, or a flag for each layer.

    Raises
    ------
    ValueError
        Where those that do are not evenly spaced.
    """
    given = settings.get(PATTERN)
    if not isinstance(given, list):
        return settings.whole(PATTERN, usual)
    window = [bool(flag) for flag in given]
    found = window.index(False) + 1 if False in window else len(window) + 1
    if window != [(layer + 1) % found != 0 for layer in range(n_layers)]:
        raise ValueError(f"{settings.place}: {PATTERN} is {window}; in {settings.model} here "
                         f"every so many of the {n_layers} layers see the whole text")
    return found


def yarn_numbers(config: Any) -> dict[str, Any]:
    """The fields of a file, of a config with YaRN."""
    if config.yarn_factor == 1:
        return {}
    return {"rope.scaling.type": "yarn", "rope.scaling.factor": config.yarn_factor,
            "rope.scaling.original_context_length": config.yarn_original_length}


def yarn_sizes(settings: Settings) -> dict[str, Any]:
    """The fields of a config; ValueError where it is another YaRN than ours."""
    if settings.get("rope.scaling.type", "none") == "none":
        return {"yarn_factor": 1.0}
    factor = settings.number("rope.scaling.factor")
    if not 1 <= factor < math.inf:
        raise ValueError(f"{settings.place}: a factor lengthens texts: expected rope.scaling."
                         f"factor to be at least 1, got {factor}")
    for name, usual in (("yarn_beta_fast", 32.0), ("yarn_beta_slow", 1.0),
                        ("yarn_ext_factor", 1.0)):
        settings.only(f"rope.scaling.{name}", usual)
    usual = 0.1 * math.log(factor) + 1      # some files say it, some say 1: as YaRN has it
    for name in ("rope.scaling.attn_factor", "rope.scaling.yarn_attn_factor"):
        if not any(math.isclose(settings.number(name, 1.0), each, rel_tol=1e-4)
                   for each in (1.0, usual)):
            raise ValueError(f"{settings.place}: {name} is {settings.get(name)}, and YaRN's is "
                             f"{usual}; such a model cannot be computed")
    return {"yarn_factor": factor,
            "yarn_original_length": settings.whole("rope.scaling.original_context_length")}
