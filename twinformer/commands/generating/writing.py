"""How the command writes: one text as it comes, several texts, or the best that beams find."""
import sys
import time
from dataclasses import dataclass, field
from typing import Any

from ...generation.acceptance import Acceptance

from .options import processing, unescaped

__all__ = ["Writer"]


@dataclass
class Writer:
    """A model that is ready to write, and what is asked of it.

    Attributes
    ----------
    package
        numpy_impl or torch_impl.
    model, tokenizer
        As they were trained together.
    arguments
        Of the command line.
    where
        What to say about who computes: "torch on cpu, step 4".
    draft
        The smaller model that guesses ahead, or None.
    """

    package: Any
    model: Any
    tokenizer: Any
    arguments: Any
    where: str
    draft: Any = None
    options: dict = field(init=False)
    strings: list[str] = field(init=False)

    def __post_init__(self):
        self.options = processing(self.arguments, self.tokenizer)
        self.strings = [unescaped(text) for text in self.arguments.stop]

    def sampling(self) -> dict:
        a = self.arguments
        return {"temperature": a.temperature, "top_k": a.top_k, "top_p": a.top_p,
                "min_p": a.min_p, "seed": a.seed}

    def write(self, prompts: list[tuple[str, list[int]]]) -> str:
        """Show what follows the prompts, (text, ids) each; the text that is new."""
        if self.arguments.beams:
            return "".join(self.write_beams(*prompt) for prompt in prompts)
        if len(prompts) > 1 or self.arguments.n > 1:
            return self.write_several(prompts)
        return self.write_one(*prompts[0])

    def write_one(self, prompt: str, ids: list[int]) -> str:
        """Show a text piece by piece, as it comes."""
        acceptance = Acceptance()
        counted = Counted(self.tokens(ids, acceptance))
        print(prompt, end="", flush=True)
        written = []
        try:
            for piece in self.pieces(counted):
                print(piece, end="", flush=True)
                written.append(piece)
        finally:    # also where Ctrl-C has ended it
            print()
        self.say_about("".join(written))
        guessed = f"; {acceptance.summary()}" if self.draft is not None else ""
        self.say(counted.summary(self.options["stop"]) + guessed)
        return "".join(written)

    def tokens(self, ids, acceptance):
        """The ids of one text, as they come."""
        if self.draft is None:
            return self.package.generate(self.model, ids, self.arguments.max_new_tokens,
                                         **self.sampling(), **self.options)
        return self.package.speculative_generate(
            self.model, self.draft, ids, self.arguments.max_new_tokens,
            guesses=self.arguments.guesses, acceptance=acceptance,
            **self.sampling(), **self.options)

    def write_several(self, prompts) -> str:
        """Show n texts of each prompt, once all are written."""
        n, start = self.arguments.n, time.perf_counter()
        steps = list(self.package.generate(
            self.model, [ids for _, ids in prompts], self.arguments.max_new_tokens, n=n,
            **self.sampling(), **self.options))
        seconds, count, shown = time.perf_counter() - start, 0, []
        for row, ids in enumerate(zip(*steps, strict=True)):
            kept = until_stop(ids, self.options["stop"])
            count += len(kept)
            text = "".join(self.pieces(kept))
            title = f"prompt {row // n + 1}, text" if len(prompts) > 1 else "text"
            print(f"--- {title} {row % n + 1} of {n}")
            print(prompts[row // n][0] + text)
            shown.append(text)
        self.say_about("".join(shown))
        self.say(speed(count, seconds, f"{count} tokens in {len(shown)} texts"))
        return "".join(shown)

    def write_beams(self, prompt: str, ids: list[int]) -> str:
        """Show the best texts that beams find, and their scores."""
        a, start = self.arguments, time.perf_counter()
        found = self.package.beam_search(
            self.model, ids, a.max_new_tokens, beams=a.beams, length_penalty=a.length_penalty,
            early_stopping=a.early_stopping, **self.options)[:a.n]
        seconds, shown = time.perf_counter() - start, []
        for number, beam in enumerate(found):
            text = "".join(self.pieces(beam.ids))
            if a.n > 1:
                print(f"--- text {number + 1} of {len(found)}, score {beam.score:.4f}")
            print(prompt + text)
            shown.append(text)
        self.say_about("".join(shown))
        self.say(speed(len(found[0].ids), seconds,
                       f"{len(found[0].ids)} tokens, ln p {found[0].log_probability:.2f}"))
        return "".join(shown)

    def pieces(self, ids):
        """Pieces of text from ids, up to a stop token or a stop string."""
        from ...generation.stop_strings import until_stop_string
        from ...generation.streaming import stream_text

        pieces = stream_text(self.tokenizer, ids, self.options["stop"], goes_on=True)
        return until_stop_string(pieces, self.strings) if self.strings else pieces

    def say(self, what: str) -> None:
        print(f"{what} ({self.where})", file=sys.stderr)

    def say_about(self, text: str) -> None:
        from ...generation.streaming import broken_characters

        if hint := broken_characters(text):
            print(hint, file=sys.stderr)


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
        stopped = ", the last an end of text" if self.last in stops else ""
        return speed(self.count, self.seconds, f"{self.count} tokens{stopped}")


def speed(count: int, seconds: float, what: str) -> str:
    """ "31 tokens, in 0.4 s: 78 tokens/s" """
    rate = count / max(seconds, 1e-9)
    return f"{what}, in {seconds:.1f} s: {rate:.{0 if rate >= 100 else 1}f} tokens/s"


def until_stop(ids, stops) -> list[int]:
    """The ids up to the first stop token, and it."""
    kept = []
    for token in ids:
        kept.append(token)
        if token in stops:
            break
    return kept
