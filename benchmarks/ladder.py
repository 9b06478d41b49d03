"""From the plain loop that one writes first to the best setting, in ten steps, and what each
bought: tokens a second and peak memory.

    python -m benchmarks.ladder                      # the CPU's ladder
    python -m benchmarks.ladder --device cuda --model gpt2 --length 1024 --batch 8 --larger 4
    python -m benchmarks.ladder --steps 0 6 10       # some of its rungs

Each rung keeps all steps below it. All compute the same losses from the same weights and batches,
up to the rounding of their precision; random tokens, no dropout. Every rung runs in a process of
its own, and all take turns, one step each, so that a noisy machine is unfair to none; medians.
The first rung, benchmarks/plain_loop.py, is written anew after what books teach: a module for
each head, every formula spelled out, batches made of Python lists.
"""
import argparse
import statistics
import sys
import time
from dataclasses import replace
from typing import Any

from benchmarks.training_step import machine, peak_memory
from benchmarks.worker import Ended, workers

# What a step is called -> the settings it adds
CPU = {
    "the plain loop: a module a head, every formula spelled out": {},
    "windows cut from an array, not lists of numbers": {"arrays": True},
    "all heads in one product and one attention": {"heads_together": True},
    "the loss by cross_entropy, from the logits": {"fused_loss": True},
    "layer norm and GELU by torch's kernels": {"fused_norms": True},
    "scaled_dot_product_attention: no matrix of T x T is kept": {"flash": True},
    "AdamW in one kernel for all parameters": {"fused_adamw": True},
    "freed memory is kept for the next step": {"keep_memory": True},
    "the twin: our learner, its loss and its optimizer": {"twin": True},
    "torch.compile": {"compile": True},
    "a batch LARGER times as large": {"larger": True},
}
CUDA = {
    "the plain loop: a module a head, every formula spelled out": {},
    "windows cut from an array, not lists of numbers": {"arrays": True},
    "all heads in one product and one attention": {"heads_together": True},
    "TensorFloat-32 products": {"tf32": True},
    "bfloat16 by autocast": {"bfloat16": True},
    "loss, layer norm and GELU by torch's kernels": {"fused_loss": True, "fused_norms": True},
    "scaled_dot_product_attention: flash attention": {"flash": True},
    "AdamW in one kernel for all parameters": {"fused_adamw": True},
    "torch.compile": {"compile": True},
    "a vocabulary padded to a multiple of 64": {"padded": True},
    "the twin: pinned batches, and a batch LARGER times as large": {
        "pinned": True, "larger": True, "twin": True},
}
RATE, TEXT = 3e-4, 200_000
PAUSE = 0.1    # seconds in which the threads of the rung before go to sleep

# The model of the CPU's ladder: small enough that a step of the first rung takes a second
SMALL: dict[str, Any] = {
    "vocab_size": 8192, "context_length": 1024, "d_model": 256, "n_heads": 8, "n_layers": 4,
    "dropout": 0.0, "qkv_bias": True}
TINY = SMALL | {"vocab_size": 300, "d_model": 32, "n_heads": 2, "n_layers": 1}


def rungs(device: str) -> list[tuple[str, Any]]:
    """(what the step is, all settings so far) from the plain loop up."""
    from benchmarks.plain_loop import Settings

    found, settings = [], Settings()
    for name, added in (CUDA if device == "cuda" else CPU).items():
        settings = replace(settings, **added)
        found.append((name, settings))
    return found


def model_of(name: str):
    from twinformer.models.config import PRESETS, GPT2Config

    if name in ("small", "tiny"):
        return GPT2Config(**(SMALL if name == "small" else TINY))
    return replace(PRESETS[name], dropout=0.0)


def twin_step(config, parameters, settings, device, rate: float):
    """As plain_step, by the learner that twinformer train has."""
    from twinformer.configs.device_config import DeviceConfig
    from twinformer.configs.training_config import TrainingConfig

    from benchmarks.plain_loop import batch_of
    from torch_impl.training.learner import pretraining_learner

    learner = pretraining_learner(
        config, TrainingConfig(clip_norm=0, beta2=0.999), DeviceConfig(
            device=device, precision="bfloat16" if settings.bfloat16 else "float32",
            compile=settings.compile, vocabulary_multiple=64 if settings.padded else 1),
        parameters)
    steps = iter(range(1, sys.maxsize))

    def step(text, starts, T):
        windows = batch_of(text, starts, T, settings, device if settings.pinned else "cpu")
        return learner.train_step([windows], next(steps), rate).loss
    return step


def step_of(options, settings):
    """-> a function that takes the n-th training step of a rung, and its tokens"""
    import numpy_impl  # noqa: F401  (before NumPy: it sets its threads up)
    import numpy as np
    import torch

    from benchmarks.plain_loop import plain_step
    from twinformer.models.initialisation import initial_parameters

    if options.threads:
        torch.set_num_threads(options.threads)
    config = model_of(options.model)
    text = np.random.default_rng(0).integers(0, config.vocab_size, TEXT)
    text = text if settings.arrays else text.tolist()
    build = twin_step if settings.twin else plain_step
    step = build(config, initial_parameters(config, 0), settings, options.device, RATE)
    B = options.batch * (options.larger if settings.larger else 1)

    def take(number: int) -> float:
        starts = np.random.default_rng((1, number)).integers(0, TEXT - options.length - 1, B)
        return step(text, starts, options.length)
    return take, B * options.length


def work(options):
    """In a rung's process: one step for each line that comes in."""
    take, tokens = step_of(options, rungs(options.device)[options.worker][1])
    for number, _ in enumerate(sys.stdin):
        start = time.perf_counter()
        loss = take(number)
        print(time.perf_counter() - start, loss, peak_memory(options.device), tokens, flush=True)


def main(argv=None):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.ladder", description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", default="small", help="small, tiny, gpt2, gpt2-medium, ...")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--length", type=int, default=256)
    parser.add_argument("--larger", type=int, default=4, help="of the last step")
    parser.add_argument("--threads", type=int, default=2, help="of the CPU")
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--steps", type=int, nargs="*", choices=range(11), default=[*range(11)],
                        metavar="N", help="which rungs, 0 to 10")
    parser.add_argument("--worker", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.worker is not None:
        return work(options)
    words = [f"--{name}={getattr(options, name)}" for name in (
        "model", "batch", "length", "larger", "threads", "device")]
    print(table(options, measured(options, words)))


def measured(options, words) -> dict[int, dict]:
    """What each rung took: all take turns on the CPU; a GPU is for one alone, and has room for
    one."""
    together = [options.steps] if options.device == "cpu" else [[n] for n in options.steps]
    found: dict[int, dict] = {}
    for group in together:
        with workers("benchmarks.ladder", map(str, group), *words) as running:
            for turn in range(options.rounds + 2):     # the first two warm up
                for name, worker in list(running.items()):
                    time.sleep(PAUSE)
                    try:
                        seconds, loss, peak, tokens = worker.ask()
                    except Ended as problem:    # such as for want of memory: the others go on
                        print(f"rung {name}: {problem}", file=sys.stderr)
                        del running[name]
                        continue
                    kept = found.setdefault(int(name), {"seconds": [], "losses": []})
                    kept |= {"peak": peak, "tokens": tokens}
                    kept["losses"].append(loss)
                    if turn >= 2:
                        kept["seconds"].append(seconds)
                    print(f"round {turn} rung {name} {seconds:.3f} s, loss {loss:.3f}",
                          file=sys.stderr)
    return found


def table(options, found) -> str:
    """As Markdown: each rung beside the one below it, and beside the first."""
    where = machine()
    if options.device == "cuda":
        import torch

        where = torch.cuda.get_device_name()
    names = [name.replace("LARGER", str(options.larger)) for name, _ in rungs(options.device)]
    lines = [f"{options.model}, B={options.batch}, T={options.length}, {options.device}, "
             f"{options.threads} threads, {options.rounds} rounds; {where}", "",
             "| step | tokens/s, median (best) | beside the step before | in all | peak memory |",
             "|---|---|---|---|---|"]
    first = before = None
    for n, kept in found.items():
        if not kept["seconds"]:
            continue
        speed = kept["tokens"] / statistics.median(kept["seconds"])
        best = kept["tokens"] / min(kept["seconds"])
        first, before = first or speed, before or speed
        lines.append(f"| {n}. {names[n]} | {speed:,.0f} ({best:,.0f}) | {speed / before:.2f}x "
                     f"| {speed / first:.2f}x | {kept['peak']:.2f} GB |")
        before = speed
    return "\n".join(lines)


if __name__ == "__main__":
    main()
