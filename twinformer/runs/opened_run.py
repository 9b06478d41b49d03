"""The model of a run, read and ready to be used."""
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ..backend import tokenizer_from_dict
from ..configs.run_config import RunConfig
from ..io.shell_words import command_line
from ..models.initialisation import parameter_shapes
from ..models.parameters import check_parameters
from ..tokenizers.tokenizer import Tokenizer
from .run_folder import best_checkpoint

__all__ = ["OpenedRun", "open_run"]


@dataclass(frozen=True)
class OpenedRun:
    """A trained model, ready to be used.

    Attributes
    ----------
    folder : Path
    step : int
    config : RunConfig
    tokenizer : Tokenizer
    parameters : dict of str to float32 array
        For ``set_parameters`` of either backend.
    data_key : str
        Hash of the corpus it was trained on; "" for weights from elsewhere.
    task : dict
        What it was finetuned for; empty after pretraining.
    """

    folder: Path
    step: int
    config: RunConfig
    tokenizer: Tokenizer
    parameters: dict[str, np.ndarray]
    data_key: str = ""
    task: dict[str, Any] = field(default_factory=dict)


def open_run(path: str | Path, backend: str | None = None, *,
             classifiers: bool = False) -> OpenedRun:
    """Read the model of a run's best checkpoint where one was kept, else of
    its newest, or of the checkpoint named.

    backend : whose tokenizer; left out, torch where it is installed
    classifiers : whether it may be one; whose head fits whoever builds it sees

    Raises
    ------
    FileNotFoundError, ValueError
        As ``newest_checkpoint``; where the weights do not fit the config;
        where the model tells classes, and does not write text.
    """
    run, checkpoint = best_checkpoint(Path(path))
    classifier = checkpoint.task.get("kind") == "classification"
    if classifier and not classifiers:
        raise ValueError(f"the model in {path} does not write, it tells "
                         "classes: " + command_line(
                             "classify", "--run", run, "--predict", "TEXT"))
    parameters = {name.removeprefix("model."): array
                  for name, array in checkpoint.tensors.items()
                  if name.startswith("model.")}
    if not classifier:
        check_parameters(parameter_shapes(checkpoint.config.model),
                         {name: a.shape for name, a in parameters.items()})
    return OpenedRun(run.path, checkpoint.step, checkpoint.config,
                     tokenizer_from_dict(checkpoint.tokenizer, backend), parameters,
                     checkpoint.data_key, checkpoint.task)
