"""What Python's lock costs the NumPy reference, and what a free-threaded Python saves.

    python -m benchmarks.free_threading --python python3.13 python3.13t

Each interpreter needs NumPy and threadpoolctl, PyYAML and lazy_loader; they take turns, a
process each. Forward, loss and backward of one step, on two threads:

whole    the batch at once: matrix products on all cores, row-wise mathematics in slices of 2^18
         elements; and the same in smaller slices, which take the lock more often
parts    as numpy_impl does it (training/data_parallel.py): parts of the batch at once, each on a
         core of its own; and the same in smaller slices, which stay in the core's cache
"""
import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.training_step import machine, model_config

ROOT = Path(__file__).resolve().parent.parent
SHAPES = {"demo": (12, 64, 25), "small": (12, 256, 3)}      # B, T, steps
WAYS = [(way, power) for way in ("whole", "parts") for power in (18, 16, 15)]


class Step:
    """Forward, loss and backward of a new model on some rows."""

    def __init__(self, config, ids):
        from numpy_impl.training.learner import pretraining_learner
        from twinformer.configs.device_config import DeviceConfig
        from twinformer.configs.training_config import TrainingConfig
        from twinformer.models.initialisation import initial_parameters
        self.learner = pretraining_learner(config, TrainingConfig(), DeviceConfig(threads=2),
                                           initial_parameters(config, 0))
        self.batch = ids[:, :-1], ids[:, 1:]

    def __call__(self):
        self.learner.model.zero_grad()
        self.learner.data_parallel.forward_backward(self.batch, 1 / self.batch[0].size)


def milliseconds(step, steps):
    """The median of some, after one that wakes threads up."""
    step()
    times = []
    for _ in range(steps):
        began = time.perf_counter()
        step()
        times.append(1e3 * (time.perf_counter() - began))
    return statistics.median(times)


def work(shape):
    """This interpreter's milliseconds, one for each of the WAYS."""
    import numpy_impl  # noqa: F401  (before NumPy: it sets its threads up)
    import numpy as np
    from numpy_impl.layers import parallel
    from numpy_impl.training import data_parallel

    B, T, steps = SHAPES[shape]
    config = model_config(shape)
    ids = np.random.default_rng(0).integers(config.vocab_size, size=(B, T + 1))
    step, part_count = Step(config, ids), data_parallel.part_count
    found = []
    for way, power in WAYS:
        parallel.SLICE = 1 << power
        data_parallel.part_count = part_count if way == "parts" else lambda *_: 1
        found.append(milliseconds(step, steps))
    return found


def name_of(python):
    code = ("import sys; print(sys.version.split()[0], "
            "'with' if getattr(sys, '_is_gil_enabled', lambda: True)() else 'without', 'a lock')")
    return subprocess.run([python, "-c", code], check=True, capture_output=True,
                          text=True).stdout.strip()


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--python", nargs="+", default=[sys.executable])
    parser.add_argument("--shapes", nargs="+", default=list(SHAPES), choices=SHAPES)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        return print(json.dumps(work(options.worker)))
    for shape in options.shapes:
        found: dict[str, list] = {python: [] for python in options.python}
        for _ in range(options.turns):
            for python, turns in found.items():
                turns.append(json.loads(subprocess.run(
                    [python, "-m", "benchmarks.free_threading", "--worker", shape],
                    check=True, cwd=ROOT, stdout=subprocess.PIPE).stdout))
                print(shape, python, turns[-1], file=sys.stderr)
        print(f"\n{shape}, B={SHAPES[shape][0]}, T={SHAPES[shape][1]}, milliseconds, median "
              f"(min) of {options.turns} turns; {machine()}\n")
        print("| Python | " + " | ".join(f"{way}, 2^{power}" for way, power in WAYS)
              + " |\n|---" + "|---" * len(WAYS) + "|")
        for python, turns in found.items():
            cells = (f"{statistics.median(way):.1f} ({min(way):.1f})"
                     for way in zip(*turns, strict=True))
            print(f"| {name_of(python)} | " + " | ".join(cells) + " |", flush=True)
    return None


if __name__ == "__main__":
    main()
