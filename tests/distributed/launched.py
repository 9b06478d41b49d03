"""`twinformer train` with several ranks, as it is called by people, and what may
happen to its processes."""
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

__all__ = ["TEXT", "kill_a_rank", "lines_in", "ranks_of", "settings", "start", "until"]

TEXT = "".join(f"{a} times {b} is {a * b}.\n" for a in range(20) for b in range(20))


def settings(folder: Path, steps: int = 30) -> list[str]:
    """A tiny run on a text in this folder, with all of a run's life in it."""
    text = folder / "text.txt"
    if not text.exists():
        text.write_text(TEXT, encoding="utf-8")
    return ["train", str(text), "--tokenizer", "bytes", "--folder", str(folder / "runs"),
            "--device", "cpu", "--d-model", "8", "--n-heads", "2", "--n-layers", "1",
            "--context-length", "16", "--batch-size", "2", "--max-steps", str(steps),
            "--warmup-steps", "5", "--eval-interval", "12", "--eval-batches", "2",
            "--checkpoint-interval", "4", "--sample-tokens", "0"]


def start(*words: object, launcher=("-m", "twinformer"), **environment: str):
    """A process; its output is to be read by communicate()."""
    return subprocess.Popen(
        [sys.executable, *launcher, *map(str, words)], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env=os.environ | {"OMP_NUM_THREADS": "1"} | environment)


def ranks_of(launcher) -> list[int]:
    """The processes that a launcher has started, by their ranks."""
    found = {}
    for process in Path(f"/proc/{launcher.pid}/task/{launcher.pid}/children").read_text().split():
        environment = Path(f"/proc/{process}/environ").read_bytes().split(b"\0")
        ranks = [entry for entry in environment if entry.startswith(b"RANK=")]
        if ranks:
            found[int(ranks[0].removeprefix(b"RANK="))] = int(process)
    return [found[rank] for rank in sorted(found)]


def lines_in(file: Path) -> int:
    return file.read_bytes().count(b"\n") if file.exists() else 0


def until(done, process, seconds=600.0) -> None:
    """Wait for something, as long as the process lives."""
    end = time.monotonic() + seconds
    while not done() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.002)


def kill_a_rank(launcher, run: Path, lines: int, moments: random.Random) -> str:
    """SIGKILL to any of the ranks, a little after the run's metrics have so
    many lines; which one it was, and when."""
    until(lambda: lines_in(run / "metrics.jsonl") >= lines, launcher)
    time.sleep(moments.random() / 20)
    processes = ranks_of(launcher)
    if not processes:
        return "nobody: the run had ended"
    rank = moments.randrange(len(processes))
    os.kill(processes[rank], signal.SIGKILL)
    return f"rank {rank} after {lines_in(run / 'metrics.jsonl')} lines"
