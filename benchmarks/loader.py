"""How fast batches come from a prepared corpus, and beside a training step.

    python -m benchmarks.loader [--gigabytes 4] [--step]

Writes random token shards of that size, reads batches of T = 1024 in every
order, by hand and by torch's DataLoader, and compares with one CPU training step
of GPT-2 124M (with --step). The median of five measurements of a second. On a
machine that does other work as well, the second column is the one to read.
"""
import argparse
import platform
import statistics
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np
import torch

from twinformer.batches.batches import Batches
from twinformer.batches.packing import packed_batch
from twinformer.prepare.shard_writer import ShardWriter
from twinformer.batches.shards import ShardedTokens
from numpy_impl.text.loader import create_loader
from numpy_impl.text.windows import SlidingWindows
from torch_impl.text.loader import create_loader as create_twin

T, BATCH, SHARD = 1024, 16, 100_000_000


def write_shards(folder: Path, tokens: int) -> ShardedTokens:
    random = np.random.default_rng(0)
    writer = ShardWriter(folder, "train", np.dtype(np.uint16), SHARD)
    while writer.written < tokens:
        writer.append(random.integers(0, 50257, 10_000_000, dtype=np.uint16))
    writer.close()
    return ShardedTokens([np.memmap(path, "<u2", "r") for path in writer.paths()])


def speed(take, seconds: float = 1.0, repeats: int = 5) -> str:
    """Tokens a second, by the clock and by the processor time it took"""
    take()
    rates = []
    for _ in range(repeats):
        count, began, worked = 0, time.perf_counter(), time.process_time()
        while time.perf_counter() - began < seconds:
            take()
            count += BATCH * T
        rates.append((count / (time.perf_counter() - began),
                      count / (time.process_time() - worked)))
    wall, processor = (statistics.median(column) for column in zip(*rates))
    return f"{wall:,.0f} | {processor:,.0f}"


def training_step() -> float:
    """Tokens a second of the twin's training step: GPT-2 124M, one window"""
    from twinformer.models.config import PRESETS
    from twinformer.models.initialisation import initial_parameters
    from torch_impl.training.learner import pretraining_learner
    from twinformer.configs.device_config import DeviceConfig
    from twinformer.configs.training_config import TrainingConfig

    config = PRESETS["gpt2"]
    learner = pretraining_learner(config, TrainingConfig(), DeviceConfig(device="cpu"),
                      initial_parameters(config, 0))
    ids = np.random.default_rng(0).integers(0, 50257, (1, T))
    learner.train_step([(ids, ids)], 1, 1e-4)
    began = time.perf_counter()
    learner.train_step([(ids, ids)], 2, 1e-4)
    return T / (time.perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=4.0)
    parser.add_argument("--step", action="store_true")
    given = parser.parse_args()
    print(f"{platform.processor() or platform.machine()}, {torch.get_num_threads()} threads, "
          f"{given.gigabytes} GB of tokens, B = {BATCH}, T = {T}\n")
    print("| reader | tokens/s | tokens/s of processor time |\n|---|---:|---:|")
    with tempfile.TemporaryDirectory() as name:
        tokens = write_shards(Path(name), int(given.gigabytes * 5e8))
        starts = np.arange(0, len(tokens), 700, dtype=np.uint64)
        for order in ("sequential", "shuffled", "random"):
            loader = create_loader(Batches(tokens, BATCH, T, order=order))
            print(f"| {order} | {speed(partial(next, loader))} |")
        packed, windows = Batches(tokens, BATCH, T), SlidingWindows(tokens, T)
        rate = speed(lambda: packed_batch(windows, packed.next_indices(), starts, -100))
        print(f"| shuffled, with documents | {rate} |")
        ahead = create_twin(Batches(tokens, BATCH, T))
        rate = speed(partial(next, ahead))
        ahead.close()
        print(f"| shuffled, by torch's DataLoader | {rate} |")
        batches = Batches(tokens, BATCH, T, stride=1)   # 2e9 windows: a computed order
        rate = speed(partial(next, create_loader(batches)))
        print(f"| shuffled, stride 1, {batches.n_windows:,} windows | {rate} |")
        del tokens, batches, loader, ahead
    if given.step:
        print(f"| one training step, GPT-2 124M, CPU | {training_step():,.0f} | |")


if __name__ == "__main__":
    main()
