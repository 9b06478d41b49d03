"""Which model a command line is about, known before it is parsed: what is
usual for the other settings depends on it."""
from pathlib import Path

from ..io.text_files import read_text

__all__ = ["given_model", "noted_configs", "parameters_of_run"]


def noted_configs(parser) -> list[str]:
    """A list to which the parser will add the config files that it meets."""
    configs: list[str] = []
    check = parser.checked_config

    def noted(path: str) -> str:
        configs.append(check(path))
        return configs[-1]

    parser.checked_config = noted
    return configs


def given_model(configs: list[str], words: list[str], otherwise: str) -> str:
    """--model, or what the config files say about it."""
    import yaml

    for word, following in zip(words, [*words, ""][1:], strict=True):
        if word == "--model" or word.startswith("--model="):
            return word.partition("=")[2] or following
    found = otherwise
    for config in configs:  # a path, or JSON where it was TOML
        text = config if config.startswith("{") else read_text(config)
        found = yaml.safe_load(text).get("model", found)
    return found


def parameters_of_run(source: str) -> int | None:
    """How many parameters a run's model has; None where it is no whole run,
    about which whoever opens it says more."""
    from ..configs.run_config import config_from_dict
    from ..io.sealed_files import read_json

    path = Path(source)
    found = sorted(path.glob("checkpoints/step-*/checkpoint.json"))
    try:
        content = read_json(found[-1] if found else path / "checkpoint.json")
        return config_from_dict(content["config"]).model.parameter_count()
    except (OSError, ValueError, LookupError):
        return None
