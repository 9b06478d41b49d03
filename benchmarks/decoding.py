"""How long one more token takes, beside Hugging Face and beside what the
memory allows: batch 1, random weights, keys and values cached.

    python -m benchmarks.decoding                      # Qwen3 0.6B, float32
    python -m benchmarks.decoding --model llama-3.2-1b --tokens 16

To decode is to read every weight once. The first line measures how long the
cores need for that, by adding up as many numbers as the model has. All take
turns, one token each, every one in a process of its own; medians.
"""
import argparse
import resource
import statistics
import subprocess
import sys
import time

CONTESTANTS = {
    "memory": "reading as many numbers once",
    "numpy": "numpy_impl: the pure NumPy reference",
    "twin": "torch_impl: eager, fused kernels",
    "hugging-face": "Hugging Face, eager, DynamicCache",
}


def memory(config, threads):
    """A function that reads as many float32 numbers as there are weights."""
    from concurrent.futures import ThreadPoolExecutor

    import numpy as np

    numbers = np.ones(config.parameter_count(), np.float32)
    parts = np.array_split(numbers, threads)
    workers = ThreadPoolExecutor(threads)

    def read(token):
        return sum(workers.map(np.sum, parts))
    return read


def ours(config, threads, prompt, backend):
    """A function that reads a token and says which comes next."""
    import numpy_impl  # noqa: F401  (before NumPy: it sets its threads up)
    import numpy as np
    from twinformer.backend import implementation

    draw, package = np.random.default_rng(0), implementation(backend)
    model = package.model_of(config, {
        name: draw.standard_normal(shape, np.float32) * np.float32(0.02)
        for name, shape in config.parameter_shapes().items()})
    if backend == "numpy":
        package.set_num_threads(threads)
    else:
        import torch
        torch.set_num_threads(threads)
    past, ids = model.new_past(), np.arange(prompt + 1)[None]
    package.next_logits(model, tensor(package, ids), past)

    def read(token):
        nonlocal ids
        ids = np.append(ids, [[token % config.vocab_size]], 1)
        return package.next_logits(model, tensor(package, ids), past)[0, 0]
    return read


def tensor(package, ids):
    if package.__name__ == "numpy_impl":
        return ids
    import torch
    return torch.tensor(ids)


def hugging_face(config, threads, prompt):
    import torch

    from .training_step import peer_model

    torch.set_num_threads(threads)
    model, past = peer_model(config).eval(), None

    def read(token):
        nonlocal past
        ids = torch.tensor([[token % config.vocab_size]]) if past else (
            torch.arange(prompt + 1)[None])
        with torch.inference_mode():
            result = model(ids, past_key_values=past, use_cache=True)
        past = result.past_key_values
        return result.logits[0, -1, 0]
    read(0)
    return read


def work(options):
    """In a contestant's process: one token for each line that comes in."""
    from twinformer.architectures.kinds import all_presets

    config = all_presets()[options.model]
    if options.worker == "memory":
        read = memory(config, options.threads)
    elif options.worker == "hugging-face":
        read = hugging_face(config, options.threads, options.prompt)
    else:
        backend = {"twin": "torch"}.get(options.worker, options.worker)
        read = ours(config, options.threads, options.prompt, backend)
    for number, _ in enumerate(sys.stdin):
        start = time.perf_counter()
        read(number)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
        print(time.perf_counter() - start, peak, flush=True)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", default="qwen3-0.6b")
    parser.add_argument("--prompt", type=int, default=32)
    parser.add_argument("--tokens", type=int, default=24)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--contestants", nargs="*", default=list(CONTESTANTS),
                        choices=CONTESTANTS)
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        return work(options)

    workers = {name: subprocess.Popen(
        [sys.executable, "-m", "benchmarks.decoding", *sys.argv[1:], "--worker",
         name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for name in options.contestants}
    seconds, peaks = {name: [] for name in workers}, {}
    for turn in range(options.tokens + 2):     # the first two warm up
        for name, worker in workers.items():
            worker.stdin.write("token\n")
            worker.stdin.flush()
            elapsed, peaks[name] = map(float, worker.stdout.readline().split())
            if turn >= 2:
                seconds[name].append(elapsed)
    for worker in workers.values():
        worker.stdin.close()
        worker.wait()
    report(options, seconds, peaks)


def report(options, seconds, peaks):
    """The table, as Markdown."""
    from .training_step import machine

    medians = {name: statistics.median(t) for name, t in seconds.items()}
    limit = medians.get("memory")
    print(f"{options.model}, prompt {options.prompt}, {options.tokens} tokens, float32, "
          f"{options.threads} threads; {machine()}\n")
    print("| contestant | ms/token, median (min) | vs reading the weights | peak memory |")
    print("|---|---|---|---|")
    for name, median in medians.items():
        ratio = f"{median / limit:.2f}x" if limit else "-"
        print(f"| {CONTESTANTS[name]} | {1000 * median:.1f} "
              f"({1000 * min(seconds[name]):.1f}) | {ratio} | {peaks[name]:.2f} GB |")


if __name__ == "__main__":
    main()
