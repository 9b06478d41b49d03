"""What the commands that train have in common around the trainer: the run's
settings, the way on after a stop, the commands that come next."""
from collections.abc import Callable, Mapping
from pathlib import Path

from ..io.shell_words import command_line

__all__ = ["finetune", "found_from_anywhere", "next_steps", "stopped"]


def finetune(command: str, learner, task, run, start, progress,
             settings: Mapping, ready: Callable = lambda trainer: None) -> int:
    """Train, and write config.yaml before; the exit code.

    Parameters
    ----------
    command : str
        By which the run goes on.
    learner, task, run, start, progress
        As for ``Trainer``.
    settings : dict
        What --resume and --config read.
    ready : callable
        trainer -> None; a ValueError from it refuses to go on.
    """
    from ..training.trainer import Trainer

    trainer = Trainer(learner, task, run, progress=progress)
    if start:
        ready(trainer)
        trainer.check_data(start)
    run.write_config(settings)
    with progress:
        exit_code = trainer.train(start)
    if exit_code:
        print(stopped(command, run, trainer.standing.step))
    return exit_code


def stopped(command: str, run, step: int) -> str:
    return f"stopped at step {step}; go on: {command_line(command, '--resume', run)}"


def next_steps(command: str, run, files: str, steps: Mapping[str, str]) -> str:
    """Where everything is, and the commands that come next."""
    lines = [f"\neverything about this run is in {run}/: {files}, ..."]
    steps = {**steps, "all settings": command_line(*command.split(), "--help")}
    return "\n".join(lines + [f"{what:<20}{words}" for what, words in steps.items()])


def found_from_anywhere(path: str) -> str:
    """A path that exists, in full, so that a run can go on in any folder."""
    return Path(path).resolve().as_posix() if path and Path(path).exists() else path
