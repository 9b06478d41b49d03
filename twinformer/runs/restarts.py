"""A launch that begins again. torchrun starts all ranks anew when one of them
has died, with the same words: then they go on with the run that the launch
itself began, instead of beginning another.
"""
import os
import socket
from pathlib import Path

from ..io.files import write_atomically
from ..io.text_files import read_text

__all__ = ["began_by_this_launch", "is_restart", "mark_launch"]

FILE = "launch.txt"     # in a run's folder: which launch began it


def is_restart() -> bool:
    """Whether torchrun has started this process in the place of another."""
    return int(os.environ.get("TORCHELASTIC_RESTART_COUNT") or 0) > 0


def launch_name() -> str:
    """The same for all attempts of one launch: its --rdzv-id, or torchrun's
    own process on the first host; "" without torchrun."""
    name = os.environ.get("TORCHELASTIC_RUN_ID", "")
    return f"{socket.gethostname()} {os.getppid()}" if name == "none" else name


def mark_launch(run: Path) -> None:
    """Write down in a run's folder who began it, for the next attempt."""
    if launch_name():
        write_atomically(run / FILE, launch_name() + "\n")


def began_by_this_launch(folder: Path) -> Path | None:
    """The run in the folder of runs that an earlier attempt of this launch
    began; None where it did not come so far."""
    if not is_restart():
        return None
    marks = sorted(folder.glob(f"*/{FILE}"), key=lambda mark: mark.stat().st_mtime)
    mine = [mark.parent for mark in marks if read_text(mark).strip() == launch_name()]
    return mine[-1] if mine else None
