"""What each component of a training step costs: the NumPy reference beside
the twin, with torch's fused kernels and spelled out; and what each of the
reference's tricks buys. float32, no dropout, random numbers.

    python -m benchmarks.components                   # shapes of GPT-2 124M
    python -m benchmarks.components --model demo --batch 12 --length 64
    python -m benchmarks.components --tricks          # the whole 124M step,
                                                      # without each trick

Times: every contestant has a process of its own, and they take turns. In each
turn it waits until the threads of the one before sleep, goes through forward
and backward once to wake its own, and is timed the second time; medians.
Memory: in other processes, the most that was held at once beyond inputs,
parameters and gradients (Linux only).
"""
import argparse
import contextlib
import statistics
import sys
import time
from pathlib import Path

from benchmarks.training_step import machine, model_config
from benchmarks.worker import Worker, workers

CONTESTANTS = {"numpy": "NumPy", "twin": "twin, fused",
               "twin-plain": "twin, spelled out"}

MODULE = "benchmarks.components"
STD = 0.02     # of random parameters, as where training begins
PAUSE = 0.03   # seconds after which the threads of torch's library sleep
# for a process in which every array comes from the system and goes back to it
OWN_PAGES = {"MALLOC_MMAP_THRESHOLD_": "65536"}

TRICKS = {
    "slices": "row-wise maths in one piece on one core, not in slices",
    "cores": "slices, but one after the other on one core",
    "tiles": "plain attention in place of the tiled one",
    "one-blas": "BLAS on all cores inside the tiled attention",
    "overwrite": "a new array for the gradient of the logits",
    "freed": "freed memory goes back to the operating system",
    "sleep": "BLAS threads spin as long as they do by default",
}


# The components: each is given by a function that makes (arrays or tensors)
# inputs and returns forward() -> state and backward(state).

def numpy_components(options):
    import numpy_impl  # noqa: F401  (before NumPy: it sets its threads up)
    import numpy as np
    from threadpoolctl import threadpool_limits

    from numpy_impl.layers import attention as plain
    from numpy_impl.layers import flash_attention as tiled
    from numpy_impl.layers.activations import gelu, gelu_backward
    from numpy_impl.layers.block import TransformerBlock
    from numpy_impl.layers.embedding import Embedding
    from numpy_impl.layers.linear import Linear
    from numpy_impl.layers.norm import LayerNorm
    from numpy_impl.layers.parallel import by_rows, set_num_threads
    from numpy_impl.training.loss import cross_entropy, cross_entropy_backward
    from twinformer.memory import keep_freed_memory
    from numpy_impl.training.optimizer import AdamW

    set_num_threads(options.threads)
    threadpool_limits(options.threads)
    if not options.memory:
        keep_freed_memory()
    generator = np.random.default_rng(0)

    def normal(*shape):
        return generator.standard_normal(shape, np.float32)

    def layer(make, x_shape, y_shape, ids=None):
        module = make()
        for array in module.parameters():
            array[...] = STD * normal(*array.shape)
        x = normal(*x_shape) if ids is None else ids()
        dy = normal(*y_shape)
        return (lambda: module.forward(x),
                lambda state: module.backward(dy, state[1]),
                module.zero_grad)

    def function(forward, backward, *shapes):
        *inputs, dy = (normal(*shape) for shape in shapes)
        return (lambda: forward(*inputs),
                lambda state: backward(dy, state, *inputs))

    def plain_attention(q, k, v):
        mask = plain.causal_mask(q.shape[2], k.shape[2])
        return plain.attention(q, k, v, mask)

    def loss(shape, V):
        logits, targets = normal(*shape, V), generator.integers(0, V, shape)
        return (lambda: cross_entropy(logits, targets),
                lambda state: cross_entropy_backward(1.0, state[1], True))

    def optimizer(d_model, n_heads):
        block = TransformerBlock(d_model, n_heads)
        for array in block.parameters():
            array[...] = normal(*array.shape)
        for _, gradient in block.named_gradients():
            gradient[...] = normal(*gradient.shape)
        adamw = AdamW(block, 0.9, 0.95, 1e-8, 0.1)
        return lambda: adamw.step(1e-3), None

    return shapes_of(options, {
        "linear": lambda i, o, bias, lead: layer(
            lambda: Linear(i, o, bias), (*lead, i), (*lead, o)),
        "norm": lambda d, lead: layer(
            lambda: LayerNorm(d), (*lead, d), (*lead, d)),
        "gelu": lambda shape: function(
            lambda x: by_rows(gelu, x),
            lambda dy, state, x: by_rows(gelu_backward, dy, x), shape, shape),
        "tiled": lambda shape: function(
            tiled.flash_attention, lambda dy, state, *_:
            tiled.flash_attention_backward(dy, state[1]), *[shape] * 4),
        "plain": lambda shape: function(
            plain_attention, lambda dy, state, *_:
            plain.attention_backward(dy, state[1]), *[shape] * 4),
        "loss": loss,
        "embedding": lambda V, d, lead: layer(
            lambda: Embedding(V, d), None, (*lead, d),
            lambda: generator.integers(0, V, lead)),
        "block": lambda d, h, lead: layer(
            lambda: TransformerBlock(d, h), (*lead, d), (*lead, d)),
        "adamw": optimizer,
    })


def torch_components(options):
    import torch

    from torch_impl.layers import attention as plain
    from torch_impl.layers.activations import gelu
    from torch_impl.layers.block import TransformerBlock
    from torch_impl.layers.embedding import Embedding
    from torch_impl.layers.flash_attention import flash_attention
    from torch_impl.layers.linear import Linear
    from torch_impl.layers.norm import LayerNorm
    from torch_impl.training.loss import cross_entropy
    from twinformer.memory import keep_freed_memory
    from torch_impl.training.optimizer import AdamW

    torch.set_num_threads(options.threads)
    if not options.memory:
        keep_freed_memory()
    spelled = options.worker == "twin-plain"
    torch.manual_seed(0)

    def differentiable(f, inputs, dy, parameters=()):
        """The gradients begin anew in each step; where memory is measured,
        they are there already, as in NumPy."""
        leaves = [x for x in [*inputs, *parameters] if x.is_floating_point()]

        def clear():
            for leaf in leaves:
                if not options.memory:
                    leaf.grad = None
                elif leaf.grad is None:
                    leaf.grad = torch.zeros_like(leaf)
        for leaf in leaves:
            leaf.requires_grad_()
        return lambda: f(*inputs), lambda y: y.backward(dy), clear

    def layer(make, x_shape, y_shape, ids=None):
        module = make()
        with torch.no_grad():
            for parameter in module.parameters():
                parameter.normal_(std=STD)
        x = torch.randn(x_shape) if ids is None else ids()
        return differentiable(module, [x], torch.randn(y_shape),
                              module.parameters())

    def function(f, *shapes):
        *inputs, dy = (torch.randn(shape) for shape in shapes)
        return differentiable(f, inputs, dy)

    def plain_attention(q, k, v):
        mask = plain.causal_mask(q.shape[2], k.shape[2])
        return plain.attention(q, k, v, mask)

    def loss(shape, V):
        targets = torch.randint(V, shape)
        return differentiable(lambda z: cross_entropy(z, targets),
                              [torch.randn(*shape, V)], torch.tensor(1.0))

    def optimizer(d_model, n_heads):
        block = TransformerBlock(d_model, n_heads)
        for parameter in block.parameters():
            parameter.data.normal_()
            parameter.grad = torch.randn_like(parameter)
        adamw = AdamW(block, 0.9, 0.95, 1e-8, 0.1)
        return lambda: adamw.step(1e-3), None

    return shapes_of(options, {
        "linear": lambda i, o, bias, lead: layer(
            lambda: Linear(i, o, bias), (*lead, i), (*lead, o)),
        "norm": lambda d, lead: layer(
            lambda: LayerNorm(d), (*lead, d), (*lead, d)),
        "gelu": lambda shape: function(gelu, shape, shape),
        "tiled": None if spelled else lambda shape: function(
            flash_attention, *[shape] * 4),
        "plain": lambda shape: function(
            plain_attention, *[shape] * 4) if spelled else None,
        "loss": loss,
        "embedding": lambda V, d, lead: layer(
            lambda: Embedding(V, d), None, (*lead, d),
            lambda: torch.randint(V, lead)),
        "block": lambda d, h, lead: layer(
            lambda: TransformerBlock(d, h), (*lead, d), (*lead, d)),
        "adamw": optimizer,
    })


def shapes_of(options, make):
    """{name of a row: a function that sets the component up}"""
    c = model_config(options.model)
    V, D, H = c.vocab_size, c.d_model, c.n_heads
    lead = (options.batch, options.length)
    heads = (options.batch, H, options.length, D // H)
    rows: dict[str, tuple] = {}
    for name, d_in, d_out in (("queries, keys, values", D, 3 * D),
                              ("attention's output", D, D),
                              ("feed-forward up", D, 4 * D),
                              ("feed-forward down", 4 * D, D)):
        rows[f"Linear {d_in} -> {d_out}, {name}"] = (
            make["linear"], d_in, d_out, True, lead)
    rows[f"Linear {D} -> {V}, head"] = make["linear"], D, V, False, lead
    rows[f"LayerNorm {D}"] = make["norm"], D, lead
    rows[f"GELU {4 * D}"] = make["gelu"], (*lead, 4 * D)
    rows[f"attention in tiles, {H} heads of {D // H}"] = make["tiled"], heads
    rows[f"attention, plain, {H} heads of {D // H}"] = make["plain"], heads
    rows[f"cross-entropy {V}"] = make["loss"], lead, V
    rows[f"Embedding {V} x {D}"] = make["embedding"], V, D, lead
    rows[f"a whole block, {D} wide"] = make["block"], D, H, lead
    rows["AdamW, a block's parameters"] = make["adamw"], D, H
    return rows


def work(options):
    """In a contestant's process: a component's index comes in, its times or
    its memory go out."""
    make = (numpy_components if options.worker == "numpy"
            else torch_components)
    rows = list(make(options).values())
    spelled: contextlib.AbstractContextManager = contextlib.nullcontext()
    if options.worker == "twin-plain":
        from torch_impl.layers.fused import spelled_out
        spelled = spelled_out()
    current, component = None, None
    with spelled:
        for line in sys.stdin:
            if int(line) != current:
                current, component = int(line), None
                function, *shapes = rows[current]
                component = function(*shapes) if function else None
            time.sleep(PAUSE)
            measured(component, options.memory)
            print(*measured(component, options.memory), flush=True)


def measured(component, memory):
    """Seconds forward and backward, or bytes; NaN where there is none."""
    if component is None:
        return "nan", "nan"
    forward, backward, *clear = component
    for prepare in clear:
        prepare()
    before = reset_peak() if memory else 0
    start = time.perf_counter()
    state = forward()
    middle = time.perf_counter()
    if backward:
        backward(state)
    end = time.perf_counter()
    if memory:
        return status("VmHWM") - before, 0
    return middle - start, end - middle if backward else "nan"


def reset_peak():
    """Forget the process's peak memory; returns what it holds now."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return status("VmRSS")


def status(field):
    """Bytes, from /proc/self/status."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    raise ValueError(f"no {field} in /proc/self/status")


def compare(options):
    """Ask all contestants for all components, and print the table."""
    measures_memory = CONTESTANTS if sys.platform == "linux" else ()
    with workers(MODULE, CONTESTANTS, *sys.argv[1:]) as timed, \
            workers(MODULE, measures_memory, *sys.argv[1:], "--memory",
                    environment=OWN_PAGES) as weighed:
        print_table(options, timed, weighed)


def print_table(options, timed, weighed):
    """Row by row; the workers by their names."""
    print(heading(options))
    print("Milliseconds: forward + backward. Ratio: the sum, to the fused "
          "twin's (or, where\nthere is none, the spelled-out one's). Memory: "
          "NumPy / fused / spelled out.\n")
    print("| component | NumPy | twin, fused | twin, spelled out | ratio "
          "| memory, MB |\n|---|---|---|---|---|---|")
    for index, name in enumerate(shapes_of(options, dict.fromkeys(
            ("linear", "norm", "gelu", "tiled", "plain", "loss", "embedding",
             "block", "adamw")))):
        times: dict[str, list[list[float]]] = {name: [] for name in timed}
        for _ in range(options.rounds):
            for contestant, worker in timed.items():
                times[contestant].append(worker.ask(index))
        held = {contestant: worker.ask(index)[0]
                for contestant, worker in weighed.items()}
        print(row(name, times, held), flush=True)


def row(name, times, held):
    cells, totals = [], []
    for columns in times.values():
        forward, backward = map(statistics.median, zip(*columns))
        totals.append(forward + (0 if backward != backward else backward))
        cells.append("-" if forward != forward else f"{1e3 * forward:.2f}"
                     if backward != backward else
                     f"{1e3 * forward:.2f} + {1e3 * backward:.2f}")
    ours, fused, spelled = totals
    peer = spelled if fused != fused else fused
    megabytes = " / ".join("-" if b != b else f"{b / 1e6:.1f}"
                           for b in held.values())
    return (f"| {name} | {' | '.join(cells)} | {ours / peer:.2f} "
            f"| {megabytes} |")


# The tricks: the whole step of the reference, each time without one of them.

def work_without(options):
    """In a process of its own: whole steps without one trick."""
    if options.without == "sleep":
        import numpy  # noqa: F401  (so that OpenBLAS has read its settings)
    import numpy_impl  # noqa: F401
    import numpy as np

    from numpy_impl.layers import multi_head_attention
    from numpy_impl.layers import parallel
    from numpy_impl.layers.attention import (
        attention, attention_backward, causal_mask,
    )
    from twinformer.models.initialisation import initial_parameters
    from numpy_impl.training import learner as learner_module
    from numpy_impl.training import z_loss
    from numpy_impl.training.learner import pretraining_learner
    from twinformer.configs.device_config import DeviceConfig
    from twinformer.configs.training_config import TrainingConfig

    gradient = z_loss.cross_entropy_backward

    def new_array(dloss, cache, overwrite=False):
        return gradient(dloss, cache)

    def in_one_piece(q, k, v, documents=None):
        return attention(q, k, v, causal_mask(q.shape[2], k.shape[2]))

    def in_order(job, arguments):
        return [job(argument) for argument in arguments]

    def not_told():
        return False

    if options.without == "slices":
        parallel.SLICE = sys.maxsize
    elif options.without == "cores":
        parallel.run_all = in_order
    elif options.without == "tiles":
        multi_head_attention.flash_attention = in_one_piece     # type: ignore[assignment]
        multi_head_attention.flash_attention_backward = attention_backward
    elif options.without == "one-blas":
        parallel.one_blas_thread = contextlib.nullcontext     # type: ignore[assignment]
    elif options.without == "overwrite":
        z_loss.cross_entropy_backward = new_array
    elif options.without == "freed":
        learner_module.keep_freed_memory = not_told     # type: ignore[assignment]

    config = model_config(options.model)
    learner = pretraining_learner(
        config, TrainingConfig(clip_norm=0),
        DeviceConfig(threads=options.threads), initial_parameters(config, 0))
    generator = np.random.default_rng(0)
    for _ in sys.stdin:
        ids = generator.integers(0, config.vocab_size,
                                 (options.batch, options.length + 1))
        start = time.perf_counter()
        learner.train_step([(ids[:, :-1], ids[:, 1:])], 1, 3e-4)
        print(time.perf_counter() - start, status("VmHWM"), flush=True)


def without(trick):
    return Worker(MODULE, *sys.argv[1:], "--without", trick)


def try_tricks(options):
    """Each variant beside the unchanged reference, in turns."""
    print(heading(options))
    print("| without | s/step | the reference beside it | ratio | peak "
          "memory, GB |\n|---|---|---|---|---|")
    for trick in options.only or TRICKS:
        with without(trick) as changed, without("nothing") as unchanged:
            answers = [[changed.ask(), unchanged.ask()]
                       for _ in range(options.rounds + 1)][1:]  # one warms up
        columns = list(zip(*answers))
        slow, fast = (statistics.median(seconds for seconds, _ in column)
                      for column in columns)
        ratio = statistics.median(
            a / b for (a, _), (b, _) in answers)
        peaks = [max(peak for _, peak in column) / 1e9
                 for column in columns]
        print(f"| {trick}: {TRICKS[trick]} | {slow:.2f} | {fast:.2f} "
              f"| {ratio:.2f} | {peaks[0]:.2f}, reference {peaks[1]:.2f} |",
              flush=True)


def heading(options):
    return (f"\n{options.model}, B={options.batch}, T={options.length}, "
            f"float32, {options.threads} threads, {options.rounds} rounds; "
            f"{machine()}\n")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", default="gpt2",
                        help="gpt2, gpt2-medium, ..., or demo")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--length", type=int, default=256)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--tricks", action="store_true")
    parser.add_argument("--only", nargs="*", choices=TRICKS,
                        help="these tricks")
    for hidden in ("--worker", "--without"):
        parser.add_argument(hidden, help=argparse.SUPPRESS)
    parser.add_argument("--memory", action="store_true",
                        help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        work(options)
    elif options.without:
        work_without(options)
    elif options.tricks:
        try_tricks(options)
    else:
        compare(options)


if __name__ == "__main__":
    main()
