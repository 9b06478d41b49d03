"""What the parts of the models after GPT-2 are worth in equal time: GPT-2's
shape beside Qwen3's, of as many weights, on the same books.

    python -m benchmarks.equal_time                 # 10 minutes, three seeds
    python -m benchmarks.equal_time --minutes 2

GPT-2's has LayerNorm, learned positions, GELU and a head of keys for each of
queries; Qwen3's RMSNorm, rotary positions, SwiGLU, two query heads for each
of keys, and normed queries and keys. Both have 4 layers 256 wide, read windows
of 256 tokens (byte pairs learned from the books, 4,096) and the same recipe.

First all take turns, one training step each, and the median says how many
steps fit into the time: so the result is the same bits however busy the
machine is while it trains. Then every seed trains both, and the whole of the
validation split, a tenth of the books' ends, is read once.
"""
import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.training_step import machine

ROOT = Path(__file__).resolve().parent.parent
TURNS = 15

COMMON: dict[str, Any] = {
    "context_length": 256, "d_model": 256, "n_heads": 4, "n_layers": 4}
SHAPES: dict[str, dict[str, Any]] = {
    "gpt2": COMMON | {"dropout": 0.0, "tie_embeddings": True},
    "qwen3": COMMON | {"n_kv_heads": 2, "head_dim": 64, "d_hidden": 768,
                       "tie_embeddings": True}}
RECIPE: dict[str, Any] = {
    "batch_size": 8, "learning_rate": 2e-3, "schedule": "cosine",
    "eval_interval": 0, "eval_batches": 0, "sample_tokens": 0}


def run_config(kind, options, seed, steps, folder):
    """The config of one training run."""
    from twinformer.architectures.kinds import small_model
    from twinformer.configs.run_config import config_from_dict

    return config_from_dict({
        "name": f"{kind}-{seed}", "folder": str(folder), "backend": options.backend,
        "model": SHAPES[kind] | {
            "kind": kind,   # the vocabulary follows from the tokenizer
            "vocab_size": small_model(kind).vocab_size},
        "data": {"corpus": [str(options.corpus)], "vocab_size": 4096,
                 "validation": 0.1},
        "training": RECIPE | {"max_steps": steps, "seed": seed,
                              "warmup_steps": max(1, steps // 20)},
        "device": {"device": "cpu", "threads": options.threads}})


def seconds_of_steps(options):
    """{kind: median seconds of a step}, all taking turns"""
    import numpy as np

    from twinformer.architectures.kinds import small_model
    from twinformer.backend import implementation
    from twinformer.models.initialisation import initial_parameters

    package, learners = implementation(options.backend), {}
    for kind in SHAPES:
        config = run_config(kind, options, 0, 100, "runs")
        model = type(small_model(kind))(**(SHAPES[kind] | {"vocab_size": 4096}))
        print(f"{kind}: {model.parameter_count():,} weights", file=sys.stderr)
        learners[kind] = package.pretraining_learner(
            model, config.training, config.device, initial_parameters(model, 0))
    draw = np.random.default_rng(0)
    seconds: dict[str, list[float]] = {kind: [] for kind in SHAPES}
    for turn in range(TURNS + 2):
        ids = draw.integers(0, 4096, (RECIPE["batch_size"], 257))
        for kind, learner in learners.items():
            start = time.perf_counter()
            learner.train_step([(ids[:, :-1], ids[:, 1:])], turn + 1, 1e-4)
            if turn >= 2:
                seconds[kind].append(time.perf_counter() - start)
    return {kind: statistics.median(times) for kind, times in seconds.items()}


def trained(kind, options, seed, steps, folder):
    """Bits per byte on the whole validation split, after so many steps."""
    from twinformer.runs.logs import read_metrics
    from twinformer.training.run import run_training

    done = run_training(run_config(kind, options, seed, steps, folder))
    evaluations = [record for record in read_metrics(done.folder.path)
                   if record["kind"] == "evaluation"]
    return evaluations[-1]["validation_bits_per_byte"]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    data = Path(os.environ.get("TWINFORMER_DATA", ROOT.parent / "shared" / "data"))
    parser.add_argument("--corpus", type=Path, default=data / "books-en")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seeds", type=int, nargs="*", default=[1, 2, 3])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--backend", default="torch", choices=["torch", "numpy"])
    options = parser.parse_args()
    if not options.corpus.exists():
        parser.error(f"there is no {options.corpus}; --corpus names a folder of texts")

    seconds = seconds_of_steps(options)
    steps = {kind: max(1, int(60 * options.minutes / s)) for kind, s in seconds.items()}
    print(f"{options.minutes:g} minutes, {options.backend}, {options.threads} threads; "
          f"{machine()}\n\n| shape | ms/step | steps | bits per byte, by seed "
          "| mean, standard error |\n|---|---|---|---|---|", flush=True)
    found: dict[str, list[float]] = {kind: [] for kind in SHAPES}
    with tempfile.TemporaryDirectory() as folder:
        for seed in options.seeds:      # turns here too: a part is worth something
            for kind in SHAPES:
                found[kind].append(trained(kind, options, seed, steps[kind], folder))
                print(kind, seed, found[kind][-1], file=sys.stderr, flush=True)
    for kind, bits in found.items():
        error = (statistics.stdev(bits) / len(bits) ** 0.5 if len(bits) > 1 else 0.0)
        print(f"| {kind} | {1000 * seconds[kind]:.1f} | {steps[kind]:,} "
              f"| {', '.join(f'{b:.4f}' for b in bits)} "
              f"| {statistics.mean(bits):.4f}, {error:.4f} |")


if __name__ == "__main__":
    main()
