"""A trained model, wherever it lies: a run of ours, published weights, or a
folder that transformers has written."""
from pathlib import Path
from typing import Any

from .architectures.kinds import all_presets
from .backend import default_backend, implementation
from .backend import load_pretrained as load_weights
from .runs.opened_run import open_run
from .runs.run_names import RUNS, is_run

__all__ = ["load_pretrained"]


def load_pretrained(source: str | Path, config: Any = None, *,
                    backend: str | None = None) -> Any:
    """A model with trained weights, in either backend.

    source
        A run ("run-1", "runs/run-1", one of its checkpoints): its best model
        where one was kept, else its newest. Else what load_pretrained of
        numpy_impl and torch_impl take: "gpt2" and other published sizes, a
        folder or a file of weights.
    config
        The shape that weights have to have; of a run it is known.

    Raises
    ------
    FileNotFoundError, ConnectionError, ValueError
        Nothing is there, it cannot be downloaded, is damaged or does not fit.
    """
    path = Path(source).expanduser()
    for place in (path, Path(RUNS) / path):
        if is_run(place) and not (place != path and source in all_presets()):
            run = open_run(place, backend)
            if config not in (None, run.config.model):
                raise ValueError(f"the model of {place} is {run.config.model}, not {config}")
            package = implementation(backend or default_backend())
            return package.model_of(run.config.model, run.parameters)
    return load_weights(source, config, backend=backend)
