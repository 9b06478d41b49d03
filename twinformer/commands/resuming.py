"""--resume RUN: which run that is, and whether this command began it."""

from ..io.shell_words import command_line
from ..runs.run_names import RUNS, command_of, find_run, run_folder_of, settings_in

__all__ = ["config_of_resumed", "value_of"]


def value_of(option: str, words: list[str]) -> str:
    """What a command line gives for an option, "" = nothing"""
    for word, following in zip(words, [*words, ""][1:], strict=True):
        if word == option:
            return following
        if word.startswith(f"{option}="):
            return word.partition("=")[2]
    return ""


def config_of_resumed(command: str, words: list[str]) -> str | None:
    """The config.yaml of the run that --resume names: the settings of the run
    come before the options.

    Raises
    ------
    FileNotFoundError
        There is no such run.
    ValueError
        It is a run of another command.
    """
    given = value_of("--resume", words)
    if not given:
        return None
    folder = run_folder_of(find_run(given, value_of("--folder", words) or RUNS))
    settings = settings_in(folder)
    began = command_of(settings)
    if began and began != command:
        raise ValueError(f"{folder} is a run of twinformer {began}, not of {command}; go on with "
                         f"it: {command_line(began, '--resume', folder.as_posix())}")
    return str(folder / "config.yaml") if settings else None
