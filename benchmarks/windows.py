"""What a sliding window saves: forward and backward of flash_attention, with a
window and without one, for texts of growing length. float32, random numbers.

    python -m benchmarks.windows
    python -m benchmarks.windows --window 128 --heads 8 --key-heads 1 --sinks

With a window, time and memory should grow with the length: twice the text, twice
the time. Every length of every contestant has a process of its own, and they take
turns; the processor time of a step, its median, which other work on the machine
disturbs less than the clock. Memory is the most that was held at once beyond the
inputs and their gradients (Linux only), measured in a step of its own.
"""
import argparse
import statistics
import sys
import time

from benchmarks.components import OWN_PAGES, reset_peak, status
from benchmarks.training_step import machine
from benchmarks.worker import workers

CONTESTANTS = {
    "numpy": "NumPy", "twin": "twin, fused",
    "numpy-whole": "NumPy, no window", "twin-whole": "twin, fused, no window"}


def shapes(options, length):
    q = 1, options.heads, length, options.width
    k = 1, options.key_heads, length, options.width
    return q, k, k, q


def numpy_step(options, length, window):
    """A function that goes forward and backward once."""
    import numpy_impl  # noqa: F401  (before NumPy: it sets its threads up)
    import numpy as np

    from numpy_impl.layers.flash_attention import flash_attention, flash_attention_backward
    from numpy_impl.layers.parallel import set_num_threads

    set_num_threads(options.threads)
    generator = np.random.default_rng(0)
    q, k, v, dy = (generator.standard_normal(shape, np.float32)
                   for shape in shapes(options, length))
    sinks = np.zeros(options.heads, np.float32) if options.sinks else None

    def step():
        _, cache = flash_attention(q, k, v, sinks, window=window)
        flash_attention_backward(dy, cache)
    return step


def torch_step(options, length, window):
    import torch

    from torch_impl.layers.flash_attention import flash_attention

    torch.set_num_threads(options.threads)
    q, k, v, dy = map(torch.randn, shapes(options, length))
    sinks = [torch.zeros(options.heads)] if options.sinks else []
    leaves = [leaf.requires_grad_() for leaf in (q, k, v, *sinks)]

    def step():
        y = flash_attention(q, k, v, *sinks, window=window)
        torch.autograd.grad(y, leaves, dy)
    return step


def work(options):
    """In a contestant's process: the bytes or the seconds of every step that is
    asked for."""
    from twinformer.memory import keep_freed_memory
    window = None if options.worker.endswith("whole") else options.window
    make = numpy_step if options.worker.startswith("numpy") else torch_step
    step = make(options, options.lengths[0], window)
    if not options.memory:
        keep_freed_memory()
    step()  # wakes threads up, and loads what is loaded when first needed
    for _ in sys.stdin:
        before = reset_peak() if options.memory else 0
        began = time.process_time()
        step()
        seconds = time.process_time() - began
        print(status("VmHWM") - before if options.memory else seconds, flush=True)


def contestants(names, length, *arguments, **environment):
    """{name: its process for one length}"""
    return workers("benchmarks.windows", names, *sys.argv[1:], "--lengths", str(length),
                   *arguments, environment=environment)


def held_by(name, length):
    """Bytes, in a process of its own."""
    with contestants([name], length, "--memory", **OWN_PAGES) as running:
        return running[name].ask()[0]


def compare(options):
    print(f"{machine()}, {options.threads} threads; B = 1, H = {options.heads}, "
          f"G = {options.key_heads}, K = {options.width}, W = {options.window}"
          f"{', sinks' * options.sinks}\n")
    print("Milliseconds of processor time (how many times that of half the length); megabytes.\n")
    print(f"| T | {' | '.join(CONTESTANTS.values())} |\n|---:|{'---:|' * len(CONTESTANTS)}")
    last: dict[str, tuple[int, float]] = {}
    for length in options.lengths:
        steps: dict[str, list[float]] = {name: [] for name in CONTESTANTS}
        with contestants(CONTESTANTS, length) as running:
            for _ in range(options.rounds):
                for name, worker in running.items():
                    steps[name] += worker.ask()
        cells = []
        for name in CONTESTANTS:
            held = held_by(name, length)
            seconds = statistics.median(steps[name])
            times = f" ({seconds / last[name][1]:.2f}x)" \
                if name in last and 2 * last[name][0] == length else ""
            last[name] = length, seconds
            cells.append(f"{1e3 * seconds:.1f}{times}; {held / 1e6:.1f}")
        print(f"| {length} | {' | '.join(cells)} |", flush=True)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lengths", type=int, nargs="*",
                        default=[512, 1024, 2048, 4096, 8192], help="of the text")
    parser.add_argument("--window", type=int, default=256)
    parser.add_argument("--heads", type=int, default=4, help="of queries")
    parser.add_argument("--key-heads", type=int, default=1, help="of keys and values")
    parser.add_argument("--width", type=int, default=64, help="of a head")
    parser.add_argument("--sinks", action="store_true", help="with a sink for each head")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=7, help="steps of each")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--memory", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    work(options) if options.worker else compare(options)


if __name__ == "__main__":
    main()
