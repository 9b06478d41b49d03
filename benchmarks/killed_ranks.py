"""Runs of several ranks of which one is killed (SIGKILL) at a random moment: do they
end with the same metrics?

    python -m benchmarks.killed_ranks --times 20

A tiny run is trained once undisturbed, then so many times with one of its ranks
killed, in any phase of its life: while it starts, evaluates, steps, saves. The
launcher (--ranks 2 --restarts 3, torchrun's) starts all ranks again. metrics.jsonl
and the tensors of the last checkpoint are compared, to the bit.
"""
import argparse
import random
import tempfile
import time
from pathlib import Path

from tests.distributed.launched import kill_a_rank, lines_in, settings, start
from twinformer.runs.checkpoint import checkpoints_in, load_checkpoint


def trained(words, folder: Path, name: str, given, moments=None):
    """The run's folder, the exit code, who was killed, seconds, and what was said."""
    launcher = start(*words, "--folder", folder, "--name", name, "--ranks", given.ranks,
                     "--restarts", "3", "--strategy", given.strategy)
    began, killed = time.monotonic(), ""
    if moments:
        last = given.steps + 2 + given.steps // 12
        killed = kill_a_rank(launcher, folder / name, moments.randrange(last), moments)
    output = launcher.communicate()[0]
    return folder / name, launcher.returncode, killed, time.monotonic() - began, output


def same(run: Path, whole: Path) -> bool:
    """Whether two runs wrote and learned the same."""
    mine, other = (load_checkpoint(checkpoints_in(each / "checkpoints")[-1])
                   for each in (run, whole))
    return ((run / "metrics.jsonl").read_bytes() == (whole / "metrics.jsonl").read_bytes()
            and mine.step == other.step and mine.data == other.data
            and mine.tensors.keys() == other.tensors.keys()
            and all(mine.tensors[name].tobytes() == array.tobytes()
                    for name, array in other.tensors.items()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--strategy", choices=["ddp", "fsdp"], default="ddp")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    moments = random.Random(given.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        words = settings(folder, steps=given.steps)
        whole, code, _, seconds, output = trained(words, folder, "whole", given)
        if code:
            raise SystemExit(output)
        print(f"undisturbed: {lines_in(whole / 'metrics.jsonl')} lines in {seconds:.0f} s\n")
        print("| kill | who, when | seconds | ends as if not |\n|---:|---|---:|---|", flush=True)
        good = 0
        for number in range(1, given.times + 1):
            run, code, killed, seconds, output = trained(
                words, folder, f"killed-{number}", given, moments)
            ended = code == 0 and same(run, whole)
            good += ended
            print(f"| {number} | {killed} | {seconds:.0f} | {'yes' if ended else 'NO'} |",
                  flush=True)
            if not ended:
                print(f"exit code {code}\n{output}")
        print(f"\n{good} of {given.times} ended with the same metrics and weights")


if __name__ == "__main__":
    main()
