"""All drawings by their names: ![what it shows](/figures/NAME.svg) in any page."""
from collections.abc import Callable
from functools import partial

from . import depth, masks, plots
from .architecture import MODELS, architecture
from .road import road

__all__ = ["FIGURES", "figure_files"]

FIGURES: dict[str, Callable[[str], str]] = {
    "road": road,
    **{f"architecture-{kind}": partial(architecture, kind) for kind in MODELS},
    "causal-mask": masks.causal, "window-mask": masks.window, "packed-mask": masks.packed,
    "attention-map": masks.attention_map, "loss-curve": plots.loss_curve,
    "schedules": plots.schedules, "roofline": plots.roofline, "rope-angles": plots.rope_angles,
    "gradients-by-depth": depth.gradients_by_depth, "error-by-depth": depth.errors_by_depth}


def figure_files(language: str) -> dict[str, str]:
    """{"figures/NAME.svg": SVG}, as the builder wants it."""
    return {f"figures/{name}.svg": draw(language) for name, draw in FIGURES.items()}
