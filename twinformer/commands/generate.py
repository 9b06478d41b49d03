"""Continue a text with a trained model; the words appear as they are chosen.

  twinformer generate runs/run-1 --prompt "def main("
  twinformer generate runs/run-1 --temperature 0 --backend numpy
  twinformer generate gpt2 --prompt "Alan Turing theorized that"
  cat story.txt | twinformer generate runs/run-1 --prompt - --max-new-tokens 500

The same seed gives the same text, whichever backend computes it.
"""
import sys
import time

from ..backend import implementation

__all__ = ["add_arguments", "build_model", "run"]


def add_arguments(parser) -> None:
    parser.add_argument("model", type=str, help="a run, or one checkpoint in it; "
                        "gpt2, qwen3-0.6b or another published size; a folder with weights")
    parser.add_argument(
        "--prompt", type=str,
        help="the text to continue; - reads it from standard input; left out, a new text begins")
    parser.add_argument("--max_new_tokens", type=int, default=200, help="stop after this many")
    parser.add_argument(
        "--temperature", type=float, default=0.8,
        help="below 1 is more careful, above 1 more daring, 0 always takes the likeliest token")
    parser.add_argument("--top_k", type=int, help="draw from the k likeliest tokens only")
    parser.add_argument(
        "--top_p", type=float, default=0.95,
        help="draw from the likeliest tokens that hold this share of the probability")
    parser.add_argument("--seed", type=int, default=0, help="another seed, another text")
    parser.add_argument(
        "--backend", choices=["torch", "numpy"], default="torch", help="who computes it")
    parser.add_argument(
        "--device", choices=["auto", "cpu", "cuda", "mps"], default="auto",
        help="where torch computes it")


def run(arguments) -> None:
    from ..generation.options import check_sampling_options, check_whole
    from ..generation.streaming import broken_characters, stream_text

    from .console import given_text, never_fail_to_print
    from .opening import open_model

    check_sampling_options(arguments.temperature, arguments.top_k, arguments.top_p)
    check_whole("max_new_tokens", arguments.max_new_tokens, 1, "200 is a paragraph")
    check_whole("seed", arguments.seed, 0, "any whole number from 0 will do")
    never_fail_to_print()
    opened = open_model(arguments.model, arguments.backend)
    prompt, ids = beginning(arguments.prompt, opened.tokenizer, given_text)
    model, where = build_model(opened, arguments.backend, arguments.device)
    if len(ids) > (context := opened.config.model.context_length):
        print(f"the prompt is {len(ids)} tokens long; the model sees the last {context}",
              file=sys.stderr)

    generate = implementation(arguments.backend).generate
    stops = opened.tokenizer.stop_tokens
    counted = Counted(generate(
        model, ids, arguments.max_new_tokens, temperature=arguments.temperature,
        top_k=arguments.top_k, top_p=arguments.top_p, stop=stops, seed=arguments.seed,
        vocab_limit=opened.tokenizer.vocab_size))
    print(prompt, end="", flush=True)
    written = []
    for piece in stream_text(opened.tokenizer, counted, stops, goes_on=True):
        print(piece, end="", flush=True)
        written.append(piece)
    print()
    if hint := broken_characters("".join(written)):
        print(hint, file=sys.stderr)
    step = f", step {opened.step}" if opened.step else ""
    print(f"{counted.summary(stops)} ({arguments.backend} on {where}{step})", file=sys.stderr)


def beginning(prompt, tokenizer, given_text):
    """The text to show first, and its token ids."""
    if prompt is None:
        if tokenizer.first_token is None:
            raise ValueError(
                "this model's tokenizer has no end-of-text token to begin a new text with; give "
                "--prompt TEXT")
        return "", [tokenizer.first_token]
    text = given_text(prompt)
    if not text:
        raise ValueError("the prompt is empty; leave --prompt out to begin a new text")
    try:
        return text, tokenizer.encode(text, allowed_special="all", add_beginning=True)
    except ValueError as problem:
        raise ValueError(f"this model cannot read the prompt: {problem}") from None


def build_model(opened, backend, device):
    """The opened run's model in either backend, and where it computes."""
    package = implementation(backend)
    return package.placed(package.model_of(opened.config.model, opened.parameters), device)


class Counted:
    """Hand token ids on, and remember how many came how fast."""

    def __init__(self, ids):
        self.ids = ids
        self.count, self.last, self.seconds = 0, None, 0.0

    def __iter__(self):
        start = time.perf_counter()
        for token in self.ids:
            self.count, self.last = self.count + 1, token
            self.seconds = time.perf_counter() - start
            yield token

    def summary(self, stops) -> str:
        rate = self.count / max(self.seconds, 1e-9)
        stopped = ", the last an end of text" if self.last in stops else ""
        return (f"{self.count} tokens{stopped}, in {self.seconds:.1f} s: "
                f"{rate:.{0 if rate >= 100 else 1}f} tokens/s")
