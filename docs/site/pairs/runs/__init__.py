"""A few lines for each pair, small enough to check on paper."""
from . import attention, experts, finetuning, generation, later, layers, tasks, training
from .run import Run

__all__ = ["RUNS", "Run"]

RUNS: dict[str, Run] = {
    **layers.RUNS, **attention.RUNS, **later.RUNS, **experts.RUNS, **training.RUNS,
    **generation.RUNS, **finetuning.RUNS, **tasks.RUNS}
