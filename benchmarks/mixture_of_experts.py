"""How long a mixture of experts takes, forward and backward, beside that of
transformers (Qwen3MoeSparseMoeBlock); float32 on the CPU, random weights and
tokens, the same for all.

    python -m benchmarks.mixture_of_experts
    python -m benchmarks.mixture_of_experts --tokens 16     # few for each expert

Every contestant has a process of its own, and all take turns, so that a noisy
machine is unfair to none. Their outputs and gradients have to agree, or the
run ends. The table gives medians, of the time on the clock and of the processor
time, which other work on the machine disturbs less; and the medians of the
rounds' ratios to the first. transformers has two ways: a loop over the experts,
as ours, and grouped_mm, one call of torch for all of them, whose weights lie in
one array.
"""
import argparse
import statistics
import sys
import time

from benchmarks.training_step import machine
from benchmarks.worker import workers

CONTESTANTS = {
    "transformers": "transformers, experts in a loop",
    "transformers-grouped": "transformers, grouped_mm",
    "numpy": "numpy_impl: the pure NumPy reference",
    "twin": "torch_impl: eager",
    "twin-plain": "torch_impl: eager, spelled out",
}
PAUSE = 0.03   # seconds after which the threads of torch's library sleep
AGREE = 1e-3   # of the largest number, how far float32 may part them


def arrays(options):
    """{name: array}: the weights, the tokens x and the gradient dy."""
    import numpy as np
    draw = np.random.default_rng(0)
    D, F, E, N = options.width, options.hidden, options.experts, options.tokens

    def normal(*shape):
        return draw.standard_normal(shape, np.float32) / np.float32(shape[-1] ** 0.5)
    return {"router": normal(E, D), "gate": normal(E, F, D), "up": normal(E, F, D),
            "down": normal(E, D, F), "x": D ** 0.5 * normal(N, D), "dy": normal(N, D)}


def numpy_layer(options, a):
    """forward() -> y and state; backward(state) -> dx; zero the gradients."""
    from functools import partial

    from numpy_impl import Linear, MixtureOfExperts, ModuleList, SwiGLU, softmax_then_top_k
    from numpy_impl.layers.parallel import set_num_threads
    from twinformer.memory import keep_freed_memory
    set_num_threads(options.threads)
    keep_freed_memory()
    layer = MixtureOfExperts(
        Linear(options.width, options.experts, False, seed=None),
        ModuleList(SwiGLU(options.width, options.hidden, seed=None)
                   for _ in range(options.experts)),
        partial(softmax_then_top_k, top_k=options.top_k))
    for name, array in layer.named_parameters():
        array[...] = weight_of(name, a)
    return (lambda: layer.forward(a["x"]),
            lambda state: layer.backward(a["dy"], state[1]), layer.zero_grad)


def weight_of(name, a):
    """"experts.3.up.weight" -> a["up"][3]"""
    if name == "router.weight":
        return a["router"]
    _, expert, matrix, _ = name.split(".")
    return a[matrix][int(expert)]


def torch_layer(options, a):
    import torch

    from twinformer.memory import keep_freed_memory
    torch.set_num_threads(options.threads)
    keep_freed_memory()
    if options.worker.startswith("transformers"):
        layer = peer(options, a)
    else:
        from functools import partial

        from torch_impl import Linear, MixtureOfExperts, ModuleList, SwiGLU, softmax_then_top_k
        layer = MixtureOfExperts(
            Linear(options.width, options.experts, False, seed=None),
            ModuleList(SwiGLU(options.width, options.hidden, seed=None)
                       for _ in range(options.experts)),
            partial(softmax_then_top_k, top_k=options.top_k))
        for name, parameter in layer.named_parameters():
            parameter.data = torch.from_numpy(weight_of(name, a).copy())
    x = torch.from_numpy(a["x"])[None].requires_grad_()
    dy = torch.from_numpy(a["dy"])[None]

    def forward():
        return layer(x), None

    def backward(state):
        state[0].backward(dy)
        return x.grad

    def clear():
        x.grad = None
        for parameter in layer.parameters():
            parameter.grad = None
    return forward, backward, clear


def peer(options, a):
    import numpy as np
    import torch
    from transformers import Qwen3MoeConfig
    from transformers.models.qwen3_moe.modeling_qwen3_moe import Qwen3MoeSparseMoeBlock
    config = Qwen3MoeConfig(
        hidden_size=options.width, moe_intermediate_size=options.hidden,
        num_experts=options.experts, num_experts_per_tok=options.top_k,
        norm_topk_prob=True)
    config._experts_implementation = (
        "grouped_mm" if options.worker == "transformers-grouped" else "eager")
    layer = Qwen3MoeSparseMoeBlock(config)
    both = np.concatenate([a["gate"], a["up"]], 1)
    for parameter, array in ((layer.gate.weight, a["router"]),
                             (layer.experts.gate_up_proj, both),
                             (layer.experts.down_proj, a["down"])):
        parameter.data = torch.from_numpy(array)
    return layer


def work(options):
    """In a contestant's process: a line comes in, times and sums go out."""
    import contextlib
    a = arrays(options)
    make = numpy_layer if options.worker == "numpy" else torch_layer
    spelled: contextlib.AbstractContextManager = contextlib.nullcontext()
    if options.worker == "twin-plain":
        from torch_impl.layers.fused import spelled_out
        spelled = spelled_out()
    forward, backward, clear = make(options, a)
    with spelled:
        for _ in sys.stdin:
            time.sleep(PAUSE)
            for _ in range(2):   # the first wakes the threads
                clear()
                start, cpu = time.perf_counter(), time.process_time()
                state = forward()
                middle = time.perf_counter()
                dx = backward(state)
                end, cpu = time.perf_counter(), time.process_time() - cpu
            y = getattr(state[0], "detach", lambda y=state[0]: y)()
            print(middle - start, end - middle, cpu,
                  float((y * y).sum()), float((dx * dx).sum()), flush=True)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--width", type=int, default=512)
    parser.add_argument("--hidden", type=int, default=512, help="of one expert")
    parser.add_argument("--experts", type=int, default=8)
    parser.add_argument("--top-k", type=int, default=2)
    parser.add_argument("--tokens", type=int, default=1024)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--contestants", nargs="*", default=list(CONTESTANTS),
                        choices=CONTESTANTS)
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        return work(options)

    rounds = []
    with workers("benchmarks.mixture_of_experts", options.contestants,
                 *sys.argv[1:]) as running:
        for turn in range(options.rounds + 1):   # the first warms up
            found = {name: worker.ask() for name, worker in running.items()}
            check(found)
            if turn:
                rounds.append(found)
    print(f"{machine()}, {options.threads} threads, {options.rounds} rounds; "
          f"D = {options.width}, F = {options.hidden}, {options.experts} experts, "
          f"top {options.top_k}, {options.tokens} tokens\n")
    print("| contestant | forward + backward, ms | ratio | processor ms | ratio |\n"
          "|---|---|---|---|---|")
    base = options.contestants[0]
    for name in options.contestants:
        print(row(name, base, rounds))


def check(found):
    """All contestants computed the same."""
    for sums in zip(*(numbers[3:] for numbers in found.values()), strict=True):
        if max(sums) - min(sums) > AGREE * max(sums):
            raise SystemExit(f"the contestants do not agree: {found}")


def row(name, base, rounds):
    def median(f):
        return statistics.median(f(found) for found in rounds)
    forward, backward, cpu = (1e3 * median(lambda found, i=i: found[name][i])
                              for i in range(3))
    clock = median(lambda found: sum(found[name][:2]) / sum(found[base][:2]))
    processor = median(lambda found: found[name][2] / found[base][2])
    return (f"| {CONTESTANTS[name]} | {forward:.1f} + {backward:.1f} | {clock:.2f}x "
            f"| {cpu:.0f} | {processor:.2f}x |")


if __name__ == "__main__":
    main()
