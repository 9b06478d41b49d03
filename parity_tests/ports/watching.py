"""Run a command again whenever a file of a port is saved."""
import subprocess
import time
from pathlib import Path

from .importing import place_of_port

__all__ = ["watch"]

EVERY = 0.5  # seconds between two looks


def watch(given: str, command: list[str], rounds: float = float("inf")) -> int:
    """Run the command, in a process of its own, at first and at each save, until
    Ctrl-C or so many rounds.

    Raises
    ------
    ValueError
        If no file or folder of that name is there.
    """
    place = place_of_port(given)
    if place is None:
        raise ValueError(f"--watch looks at a folder or file: there is no {given}")
    seen: dict[Path, float] = {}
    try:
        while rounds > 0:
            if (now := saved(place)) != seen:
                seen, rounds = now, rounds - 1
                print(f"\n{time.strftime('%H:%M:%S')}  {place}", flush=True)
                subprocess.run(command)
            time.sleep(EVERY)
    except KeyboardInterrupt:
        pass
    return 0


def saved(place: Path) -> dict[Path, float]:
    """When each file was saved."""
    files = sorted(place.rglob("*.py")) if place.is_dir() else [place]
    return {file: file.stat().st_mtime for file in files if file.exists()}
