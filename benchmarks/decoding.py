"""How long one more token takes, beside CTranslate2 and Hugging Face, and
beside what the memory allows: random weights, float32, keys and values cached.

    python -m benchmarks.decoding                     # GPT-2 124M, batch 1
    python -m benchmarks.decoding --batch 8
    python -m benchmarks.decoding --prompt 512 --tokens 8    # a long prompt
    python -m benchmarks.decoding --model qwen3-0.6b --turns 5

To decode is to read every weight once. The first line measures how long the
cores need for that, by adding up as many numbers as the model has; a second
one how long the matrix products of the prompt take at the speed of one large
product. All take turns, a prompt and its tokens each, every one in a process
of its own; medians.
"""
import argparse
import resource
import statistics
import sys
import tempfile
import time

from benchmarks.training_step import machine, peer_model
from benchmarks.worker import workers

CONTESTANTS = {
    "memory": "reading as many numbers once",
    "product": "multiplying as much in one product",
    "numpy": "numpy_impl: the pure NumPy reference",
    "twin": "torch_impl: eager, fused kernels",
    "compiled": "torch_impl: compiled",
    "ctranslate2": "CTranslate2, float32",
    "hugging-face": "Hugging Face, eager, DynamicCache",
}


def memory(config, options):
    """A function that reads as many float32 numbers as there are weights, for
    each token."""
    from concurrent.futures import ThreadPoolExecutor

    import numpy as np

    numbers = np.ones(config.parameter_count(), np.float32)
    parts = np.array_split(numbers, options.threads)
    workers = ThreadPoolExecutor(options.threads)

    def generate(ids, new):
        for _ in range(new):
            yield sum(workers.map(np.sum, parts))
    return generate


def product(config, options):
    """A function that multiplies as much as the prompt needs, in one go."""
    import numpy_impl
    import numpy as np

    numpy_impl.set_num_threads(options.threads)
    width = 1024        # of a product that has the libraries at their best
    per_token = sum(
        int(np.prod(shape)) for name, shape in config.parameter_shapes().items()
        if len(shape) > 1 and "embedding" not in name)
    N = options.batch * options.prompt
    x = np.ones((N, width), np.float32)
    w = np.ones((max(1, per_token // width), width), np.float32)

    def generate(ids, new):
        for _ in range(new):
            yield (x @ w.T)[0, 0]
    return generate


def ours(config, options):
    """A function that reads a prompt and goes on greedily."""
    import numpy_impl  # noqa: F401  (before NumPy: it sets its threads up)
    import numpy as np
    from twinformer.backend import implementation

    draw = np.random.default_rng(0)
    name = "numpy" if options.worker == "numpy" else "torch"
    package = implementation(name)
    model = package.model_of(config, {
        name: draw.standard_normal(shape, np.float32) * np.float32(0.02)
        for name, shape in config.parameter_shapes().items()})
    if name == "numpy":
        package.set_num_threads(options.threads)
    else:
        import torch
        torch.set_num_threads(options.threads)
    model, _ = package.placed(model, "cpu")     # as the commands do
    if options.worker == "compiled":
        model = package.CompiledDecoder(model)

    def generate(ids, new):
        return package.generate(model, ids, new, temperature=0)
    return generate


def hugging_face(config, options):
    import torch

    torch.set_num_threads(options.threads)
    model = peer_model(config).eval()

    def generate(ids, new):
        past, ids = None, torch.tensor(ids)
        for _ in range(new):
            with torch.inference_mode():
                result = model(ids, past_key_values=past, use_cache=True,
                               logits_to_keep=1)
            past, ids = result.past_key_values, result.logits[:, -1:].argmax(-1)
            yield ids
    return generate


def ctranslate2(config, options):
    """The same shape in CTranslate2; it gives its tokens as they come."""
    import queue
    import threading

    import ctranslate2 as library
    from ctranslate2.converters.transformers import GPT2Loader

    if config.kind != "gpt2":
        raise SystemExit("CTranslate2 is set up for GPT-2 here")
    words = [f"t{number}" for number in range(config.vocab_size)]
    spec = GPT2Loader().get_model_spec(peer_model(config))
    spec.register_vocabulary(words)
    spec.config.bos_token = spec.config.eos_token = words[-1]
    spec.config.unk_token = words[-1]
    spec.validate()
    spec.optimize()
    with tempfile.TemporaryDirectory() as folder:
        spec.save(folder)
        model = library.Generator(folder, intra_threads=options.threads,
                                  compute_type="float32")

    def generate(ids, new):
        prompts = [[words[i] for i in row] for row in ids]
        came: queue.SimpleQueue[int] = queue.SimpleQueue()

        def each(step):
            came.put(step.batch_id)
            return False
        job = threading.Thread(target=model.generate_batch, args=[prompts], kwargs=dict(
            max_length=new, min_length=new, include_prompt_in_result=False,
            beam_size=1, callback=each, max_batch_size=0))
        job.start()
        for _ in range(new):
            yield [came.get() for _ in ids]
        job.join()
    return generate


def work(options):
    """In a contestant's process: a prompt and its tokens for each line that
    comes in; seconds to the first token, for each later one, and the peak."""
    from twinformer.architectures.kinds import all_presets

    config = all_presets()[options.model]
    makers = {"memory": memory, "product": product, "ctranslate2": ctranslate2,
              "hugging-face": hugging_face}
    generate = makers.get(options.worker, ours)(config, options)
    prompt = [[(7 * row + 31 * column) % config.vocab_size
               for column in range(options.prompt)]
              for row in range(options.batch)]
    for _ in sys.stdin:
        start = time.perf_counter()
        moments = [time.perf_counter() - start
                   for _ in generate(prompt, options.tokens)]
        first, rest = moments[0], moments[-1] - moments[0]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
        print(first, rest / max(1, len(moments) - 1), peak, flush=True)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", default="gpt2")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--prompt", type=int, default=32)
    parser.add_argument("--tokens", type=int, default=64, help="new ones")
    parser.add_argument("--turns", type=int, default=9)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--contestants", nargs="*", choices=CONTESTANTS)
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        return work(options)
    if not options.contestants:
        options.contestants = [name for name in CONTESTANTS
                               if options.model.startswith("gpt2") or name != "ctranslate2"]

    times: dict[str, list[list[float]]] = {name: [] for name in options.contestants}
    with workers("benchmarks.decoding", options.contestants,
                 *sys.argv[1:]) as running:
        for turn in range(options.turns + 1):     # the first one warms up
            for name, worker in running.items():
                found = worker.ask()
                if turn:
                    times[name].append(found)
    report(options, times)


def report(options, times):
    """The table, as Markdown."""
    columns = {name: list(zip(*found)) for name, found in times.items()}
    first = {name: statistics.median(c[0]) for name, c in columns.items()}
    later = {name: statistics.median(c[1]) for name, c in columns.items()}
    print(f"{options.model}, batch {options.batch}, prompt {options.prompt}, "
          f"{options.tokens} new tokens, float32, {options.threads} threads, "
          f"{options.turns} turns; {machine()}\n")
    print("| contestant | ms to the first token | ms/token after it, median (min) "
          "| vs reading the weights | vs CTranslate2 | peak memory |")
    print("|---|---|---|---|---|---|")
    for name, (_, all_later, peaks) in columns.items():
        row = [CONTESTANTS[name], f"{1000 * first[name]:.0f}",
               f"{1000 * later[name]:.2f} ({1000 * min(all_later):.2f})",
               ratio(later, name, "memory"), ratio(later, name, "ctranslate2"),
               f"{peaks[-1]:.2f} GB"]
        if name == "product":   # only the prompt is one product
            row[2:5] = "-", "-", "-"
        if name == "memory":
            row[1] = "-"
        print("| " + " | ".join(row) + " |")


def ratio(medians, name, reference):
    return (f"{medians[name] / medians[reference]:.2f}x"
            if reference in medians else "-")


if __name__ == "__main__":
    main()
