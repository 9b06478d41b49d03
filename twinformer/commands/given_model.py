"""Which model a command line is about, known before it is parsed: what is
usual for the other settings depends on it."""
from pathlib import Path
from typing import Any

from .resuming import value_of

__all__ = ["given_model", "model_of_run"]


def given_model(configs: list[dict[str, Any]], words: list[str], otherwise: str) -> str:
    """--model, or what the config files say about it."""
    written = [content["model"] for content in configs if "model" in content]
    return value_of("--model", words) or [otherwise, *written][-1]


def model_of_run(source: str) -> Any:
    """The config of a run's model; None where it is no whole run, about which
    whoever opens it says more."""
    from ..configs.run_config import config_from_dict
    from ..io.sealed_files import read_json
    from ..runs.run_names import RUNS

    for path in (Path(source).expanduser(), Path(RUNS) / source):
        found = sorted(path.glob("checkpoints/step-*/checkpoint.json"))
        try:
            content = read_json(found[-1] if found else path / "checkpoint.json")
            return config_from_dict(content["config"]).model
        except (OSError, ValueError, LookupError):
            continue
    return None
