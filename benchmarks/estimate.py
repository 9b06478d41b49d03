"""What `twinformer estimate` says beside what is measured: memory and time of training steps of
five models, in both packages.

    python -m benchmarks.estimate
    python -m benchmarks.estimate --models demo windows --backends numpy

Every model and package has a process of its own, and all take turns, one step each, so that a
noisy machine is unfair to none. Memory is the largest resident size less that of a process which
has done a step of a model of almost nothing; time is the median. The estimate is made before, from
the machine's measured speed, which is measured anew.
"""
import argparse
import resource
import statistics
import sys
import time
from contextlib import ExitStack
from typing import Any, Literal

from benchmarks.worker import Worker

__all__ = ["MODELS", "main"]

Backend = Literal["numpy", "torch"]

# name: (kind or preset, what differs, batch size, tokens of each sequence)
MODELS: dict[str, tuple[str, dict[str, Any], int, int]] = {
    "demo": ("gpt2", {}, 12, 64),
    "gpt2-124m": ("gpt2", {"vocab_size": 50257, "context_length": 1024, "d_model": 768,
                           "n_heads": 12, "n_layers": 12}, 2, 256),
    "grouped": ("qwen3", {"vocab_size": 16384, "context_length": 512, "d_model": 512,
                          "n_heads": 8, "n_kv_heads": 2, "head_dim": 64, "d_hidden": 1408,
                          "n_layers": 8}, 4, 256),
    "windows": ("gemma3", {"vocab_size": 8192, "context_length": 1024, "d_model": 384,
                           "n_heads": 6, "n_kv_heads": 2, "head_dim": 64, "d_hidden": 1024,
                           "n_layers": 6, "window_size": 128, "global_every": 3}, 2, 1024),
    "experts": ("qwen3_moe", {"vocab_size": 8192, "context_length": 512, "d_model": 256,
                              "n_heads": 4, "n_kv_heads": 2, "head_dim": 64, "d_hidden": 384,
                              "n_layers": 4, "n_experts": 8, "n_active": 2}, 4, 256),
    # not on the page: with these the constants of the estimate were found
    "6x384": ("gpt2", {"vocab_size": 4096, "context_length": 256, "d_model": 384, "n_heads": 6,
                       "n_layers": 6}, 8, 256),
    "llama": ("llama", {"vocab_size": 32000, "context_length": 256, "d_model": 576, "n_heads": 9,
                        "n_kv_heads": 3, "head_dim": 64, "d_hidden": 1536, "n_layers": 6}, 4, 256),
    "bert": ("bert", {"vocab_size": 8192, "context_length": 128, "d_model": 256, "n_heads": 4,
                      "d_hidden": 1024, "n_layers": 4}, 16, 128),
    "dropout": ("gpt2", {"vocab_size": 2048, "context_length": 256, "d_model": 256, "n_heads": 4,
                         "n_layers": 4, "dropout": 0.1}, 8, 256),
    "wide": ("gpt2", {"vocab_size": 512, "context_length": 128, "d_model": 1024, "n_heads": 16,
                      "n_layers": 4}, 4, 128),
}
PUBLISHED = list(MODELS)[:5]


def model_of(name):
    """(config, batch size, tokens)"""
    from twinformer.architectures.kinds import EVERY_KIND

    kind, changes, batch, length = MODELS[name]
    found = EVERY_KIND[kind]
    return found.config(**found.small | changes), batch, length


def work(name: str, backend: Backend, threads: int, checkpointing: bool) -> None:
    """In a process of its own: a step for each line that comes in."""
    import numpy_impl  # noqa: F401  (before NumPy: it sets its threads up)
    from tests.estimate.real import batch_for
    from twinformer.architectures.kinds import small_model
    from twinformer.backend import implementation
    from twinformer.configs.device_config import DeviceConfig
    from twinformer.configs.training_config import TrainingConfig
    from twinformer.estimate.plan import Plan
    from twinformer.models.initialisation import initial_parameters

    config, batch, length = model_of(name)

    def stepper(config, batch, length):
        plan = Plan(model=config, backend=backend, batch_size=batch, length=length)
        device = DeviceConfig(device="cpu", threads=threads,
                              activation_checkpointing=checkpointing)
        learner = implementation(backend).pretraining_learner(
            config, TrainingConfig(), device, initial_parameters(config, 0))
        given = batch_for(plan)
        return lambda step: learner.train_step([given], step, 1e-4)

    small = stepper(small_model(config.kind), 1, 8)
    small(1)
    del small
    baseline = resident()
    step = stepper(config, batch, length)
    for number, _ in enumerate(sys.stdin, 1):
        began = time.perf_counter()
        step(number)
        seconds = time.perf_counter() - began
        print(seconds, highest() - baseline, baseline, flush=True)


def resident() -> int:
    """Bytes of this process in memory."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def highest() -> int:
    """The largest it was; not by getrusage, which begins with the process that started this."""
    with open("/proc/self/status", encoding="ascii") as file:
        return 1024 * int(next(line.split()[1] for line in file if line.startswith("VmHWM")))


def measured(names, backends, rounds, threads, checkpointing=False):
    """{(model, backend): (median seconds, bytes, baseline)}"""
    found = {}
    for name in names:      # at a time the packages of one model, or memory would not do
        seconds: dict[str, list[float]] = {backend: [] for backend in backends}
        with ExitStack() as running:
            workers = {backend: running.enter_context(Worker(
                "benchmarks.estimate", "--worker", name, backend, "--threads", str(threads),
                *["--checkpointing"] * checkpointing)) for backend in backends}
            for turn in range(rounds + 2):      # the first two warm up
                for backend, worker in workers.items():
                    took, peak, baseline = worker.ask()
                    if turn >= 2:
                        seconds[backend].append(took)
                    found[name, backend] = (statistics.median(seconds[backend] or [took]), peak,
                                            baseline)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--models", nargs="*", choices=MODELS, default=PUBLISHED)
    parser.add_argument("--backends", nargs="*", choices=["numpy", "torch"],
                        default=["numpy", "torch"])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--checkpointing", action="store_true",
                        help="recompute activations; torch alone")
    parser.add_argument("--worker", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        name, backend = options.worker
        return work(name, backend, options.threads, options.checkpointing)
    expected = {(name, backend): estimated(name, backend, options.threads, options.checkpointing)
                for backend in options.backends for name in options.models}
    found = measured(options.models, options.backends, options.rounds, options.threads,
                     options.checkpointing)
    report(options, expected, found)


def estimated(name: str, backend: Backend, threads: int, checkpointing: bool):
    """(bytes above the libraries', seconds, the machine's speed)"""
    from twinformer.configs.device_config import DeviceConfig
    from twinformer.estimate.estimate import estimate
    from twinformer.estimate.plan import Plan
    from twinformer.estimate.speed import measured_speed

    config, batch, length = model_of(name)
    device = DeviceConfig(device="cpu", threads=threads)
    key = backend, threads
    if key not in SPEEDS:
        SPEEDS[key] = measured_speed(backend, device, anew=True)
    found = estimate(Plan(model=config, backend=backend, batch_size=batch, length=length,
                          checkpointing=checkpointing), speed=SPEEDS[key])
    assert found.step is not None       # as a speed is known
    return found.memory.peak, found.step.total


SPEEDS: dict = {}


def report(options, expected, found) -> None:
    """The table, as Markdown."""
    from benchmarks.training_step import machine

    print(f"\n{machine()}, {options.threads} threads, {options.rounds} rounds")
    for (backend, _), speed in SPEEDS.items():
        print(f"{backend}: products {speed.products / 1e9:.0f} GFLOP/s, "
              f"stream {speed.stream / 1e9:.1f} GB/s")
    print("\n| model | package | memory, estimated | measured | ratio | s/step, estimated "
          "| measured | ratio |\n|---|---|---|---|---|---|---|---|")
    for (name, backend), (seconds, peak, _) in found.items():
        kind, _, batch, length = MODELS[name]
        size, step = expected[name, backend]
        print(f"| {name}: {kind}, {batch} x {length} | {backend} | {size / 1e6:,.0f} MB "
              f"| {peak / 1e6:,.0f} MB | {size / peak:.2f} | {step:.3f} | {seconds:.3f} "
              f"| {step / seconds:.2f} |")
    libraries = {backend: [value[2] for key, value in found.items() if key[1] == backend]
                 for backend in options.backends}
    for backend, sizes in libraries.items():
        print(f"\n{backend}: {statistics.median(sizes) / 1e6:,.0f} MB of libraries beside it")


if __name__ == "__main__":
    main()
