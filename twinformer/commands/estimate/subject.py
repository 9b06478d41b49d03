"""What an estimate is asked about: a published model, a config file, a run."""
from pathlib import Path

from ...runs.run_names import find_run, is_run, run_folder_of
from ..parsing.option_names import did_you_mean
from ..train.model_options import PRESETS

__all__ = ["file_of", "named"]

ENDINGS = (".yaml", ".yml", ".json", ".toml")
SWITCHES = ("--json", "--measure", "--compile", "--activation-checkpointing",
            "--activation_checkpointing")


def named(words: list[str]) -> list[str]:
    """The words with an option's name before the one that stands in front, by which the kind of
    model can be found."""
    before = ""
    for place, word in enumerate(words):
        value = before.startswith("--") and "=" not in before and before not in SWITCHES
        if not word.startswith("-") and not value:
            option = "--preset" if word in PRESETS else "--config"
            if option == "--config":
                word = str(file_of(word))
            return [*words[:place], option, word, *words[place + 1:]]
        before = word
    return words


def file_of(word: str) -> Path:
    """The config file that a word means: itself, or that of a run.

    Raises
    ------
    ValueError
        Where it is neither, nor a published model's name.
    """
    path = Path(word)
    if path.suffix.lower() in ENDINGS:
        return path         # where it is not there, its reader says so
    if is_run(path):
        return run_folder_of(path) / "config.yaml"
    try:
        return run_folder_of(find_run(word)) / "config.yaml"
    except (ValueError, OSError):
        raise ValueError(
            f"{word!r} is no published model{did_you_mean(word, PRESETS)}, no config file and no "
            f"run; expected one of these, or options alone (presets: {', '.join(PRESETS)})"
        ) from None
