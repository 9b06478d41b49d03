"""How much sooner a text is there when a smaller model guesses ahead: `generate --draft`.

    python -m benchmarks.speculative --model runs/target --draft runs/draft

Two runs on the same corpus, whose tokens are therefore the same; the page of results says how they
were made. Both packages take turns, a process each, and in it every number of guesses, the model
alone among them: a text of so many tokens after each prompt, at temperature 0 and at 1. Printed
are milliseconds a token, after the prompt has been read and its first tokens are there, median
over all texts; how many guesses were accepted; and how many tokens a pass of the large model
brought.
"""
import argparse
import statistics
import sys
import time

from benchmarks.training_step import machine
from benchmarks.worker import workers

PACKAGES = {"numpy": "numpy_impl", "torch": "torch_impl, eager"}
PROMPTS = ["The captain looked at the sea and said", "My dear sister, when you read this letter",
           "It was a cold morning in the city, and", "She opened the little door, and there"]
GUESSES = [0, 2, 3, 4, 6]
TEMPERATURES = [0.0, 1.0]
FIRST = 8       # tokens that are not timed: reading the prompt, and what wakes up with it


def work(backend, options):
    """In a package's process: for each line, "PROMPT GUESSES TEMPERATURE SEED", a text."""
    import numpy_impl  # noqa: F401  (before NumPy: it sets its threads up)
    from twinformer import implementation, open_run
    from twinformer.generation.acceptance import Acceptance

    package = implementation(backend)
    if backend == "numpy":
        package.set_num_threads(options.threads)
    else:
        import torch
        torch.set_num_threads(options.threads)
    runs = [open_run(path, backend) for path in (options.model, options.draft)]
    model, draft = (package.placed(package.model_of(run.config.model, run.parameters), "cpu")[0]
                    for run in runs)
    tokenizer = runs[0].tokenizer

    for line in sys.stdin:
        prompt, guesses, temperature, seed = line.split()
        ids = package_ids(backend, tokenizer.encode(PROMPTS[int(prompt)]))
        shared = {"temperature": float(temperature), "seed": int(seed),
                  "vocab_limit": tokenizer.vocab_size}
        counts = Acceptance()
        if int(guesses):
            tokens = package.speculative_generate(
                model, draft, ids, options.tokens, guesses=int(guesses), acceptance=counts,
                **shared)
        else:
            tokens = package.generate(model, ids, options.tokens, **shared)
        times = []
        for _ in tokens:
            times.append(time.perf_counter())
        took = (times[-1] - times[FIRST - 1]) / (len(times) - FIRST)
        print(took, counts.rate, counts.tokens / max(1, counts.passes), flush=True)


def package_ids(backend, ids):
    import numpy as np
    if backend == "numpy":
        return np.array(ids)
    import torch
    return torch.tensor(ids)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", required=True, help="the run of the large model")
    parser.add_argument("--draft", required=True, help="the run of the small one")
    parser.add_argument("--tokens", type=int, default=160)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--worker", choices=PACKAGES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        return work(options.worker, options)

    found: dict[tuple, list] = {}
    with workers("benchmarks.speculative", list(PACKAGES), *sys.argv[1:]) as running:
        for turn in range(options.turns + 1):       # the first warms up
            for temperature in TEMPERATURES:
                for prompt in range(len(PROMPTS)):
                    for guesses in GUESSES:
                        for backend, worker in running.items():
                            text = worker.ask(f"{prompt} {guesses} {temperature} {turn}")
                            if turn:
                                found.setdefault((backend, temperature, guesses), []).append(text)
    report(options, found)
    return None


def report(options, found):
    print(f"{options.tokens} tokens after each of {len(PROMPTS)} prompts, {options.turns} turns, "
          f"float32, {options.threads} threads; {machine()}\n")
    print("| package | temperature | guesses | ms/token | beside the model alone | accepted "
          "| tokens a pass |\n|---|---|---|---|---|---|---|")
    for (backend, temperature, guesses), texts in sorted(found.items()):
        ms, rate, tokens = (statistics.median(column) for column in zip(*texts, strict=True))
        alone = statistics.median(text[0] for text in found[backend, temperature, 0])
        counts = f"{rate:.0%} | {tokens:.1f}" if guesses else "- | -"
        print(f"| {PACKAGES[backend]} | {temperature:g} | {guesses or 'none'} | {1e3 * ms:.2f} "
              f"| {ms / alone:.2f}x | {counts} |")


if __name__ == "__main__":
    main()
