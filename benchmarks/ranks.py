"""What several ranks are worth: two of one thread each beside one of two
threads, which see the same batches in every step.

    python -m benchmarks.ranks [--rounds 3] [--steps 8] [--model gpt2-6x384]

Each contestant is a process group of its own, started anew in every round, in
turns. What is compared is the shortest median of a round's steps; the first two
steps of each are not counted. Efficiency is the time of one rank with two threads
over that of two ranks.
"""
import argparse
import os
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from typing import Any

import numpy as np

from twinformer.architectures.llama import LlamaConfig
from twinformer.configs.device_config import DeviceConfig
from twinformer.configs.training_config import TrainingConfig
from twinformer.models.config import GPT2Config
from twinformer.models.initialisation import initial_parameters

MODELS: dict[str, tuple[Any, int]] = {
    "gpt2-6x384": (GPT2Config(vocab_size=8192, context_length=256, d_model=384, n_heads=6,
                              n_layers=6, dropout=0.0), 8),
    "gpt2-12x768": (GPT2Config(vocab_size=50257, context_length=256, d_model=768, n_heads=12,
                               n_layers=12, dropout=0.0), 4),
    "llama-6x384": (LlamaConfig(vocab_size=8192, context_length=256, d_model=384, n_heads=6,
                                n_kv_heads=6, head_dim=64, d_hidden=1024, n_layers=6), 8),
}

# name -> ranks, threads of each, microbatches of each in a step, settings
CONTESTANTS: dict[str, tuple[int, int, int, dict[str, Any]]] = {
    "one rank, two threads": (1, 2, 2, {}),
    "two ranks, ddp": (2, 1, 1, {}),
    "two ranks, fsdp": (2, 1, 1, {"strategy": "fsdp"}),
}


def work(model_name: str, contestant: str, steps: int) -> None:
    """Some steps on this rank; the first one prints their median seconds."""
    from torch_impl import join_ranks, pretraining_learner
    from twinformer.ranks import current_ranks

    size, threads, accumulation, settings = CONTESTANTS[contestant]
    model, batch_size = MODELS[model_name]
    device = DeviceConfig(device="cpu", threads=threads, **settings)
    if size > 1:
        join_ranks(device)
    ranks = current_ranks()
    training = replace(TrainingConfig(), batch_size=batch_size, accumulation=accumulation)
    learner = pretraining_learner(model, training, device, initial_parameters(model, 0))
    times = []
    for step in range(1, steps + 3):
        random = np.random.default_rng(step)
        shape = batch_size, model.context_length
        batches = [(random.integers(model.vocab_size, size=shape),
                    random.integers(model.vocab_size, size=shape))
                   for _ in range(accumulation * size)]
        began = time.perf_counter()
        result = learner.train_step(batches, step, 1e-4)
        times.append(time.perf_counter() - began)
    if ranks.first:
        print(f"{statistics.median(times[2:])} {result.loss}")
    ranks.leave()


def measured(model: str, contestant: str, steps: int) -> tuple[float, float]:
    """Seconds a step, and the last loss, of a contestant in processes of its own."""
    size, threads, *_ = CONTESTANTS[contestant]
    words = ["-m", "benchmarks.ranks", "--model", model, "--worker", contestant,
             "--steps", str(steps)]
    start = (["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(size)]
             if size > 1 else [])
    done = subprocess.run([sys.executable, *start, *words], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=True,
                          env=os.environ | {"OMP_NUM_THREADS": str(threads)})
    seconds, loss = map(float, done.stdout.split())
    return seconds, loss


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--model", choices=MODELS, default="gpt2-6x384")
    parser.add_argument("--worker", choices=CONTESTANTS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        work(options.model, options.worker, options.steps)
        return 0
    found: dict[str, list[float]] = {name: [] for name in CONTESTANTS}
    losses = {}
    for _ in range(options.rounds):
        for name in CONTESTANTS:
            seconds, losses[name] = measured(options.model, name, options.steps)
            found[name].append(seconds)
    first = min(found["one rank, two threads"])
    print("| contestant | seconds a step | efficiency | loss of the last step |\n"
          "|---|---:|---:|---:|")
    for name, times in found.items():
        print(f"| {name} | {min(times):.3f} | {first / min(times):.2f} | {losses[name]:.5f} |")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
