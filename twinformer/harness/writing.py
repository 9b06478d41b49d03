"""What a task of the harness wants written, and how it is."""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..generation.stop_strings import StopWatch, check_stop_strings

__all__ = ["Wanted", "wanted_of", "write"]

# The most tokens of an answer: all names that tasks have for it, first first
LENGTHS = ("max_gen_toks", "max_new_tokens", "max_tokens",
           "max_completion_tokens")
SAMPLING = ("temperature", "top_k", "top_p", "min_p", "repetition_penalty")
# What tasks say that changes nothing, if it is this
AS_IT_IS = {"use_cache": True, "num_beams": 1, "num_return_sequences": 1}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """An answer's length, its ends, and how its tokens are chosen."""

    max_new_tokens: int
    until: tuple[str, ...]
    sampling: tuple[tuple[str, float], ...]


def wanted_of(settings: Mapping[str, Any], max_gen_toks: int,
              max_length: int) -> Wanted:
    """A task's ``generation_kwargs``, checked.

    Parameters
    ----------
    settings
        Of the task, in the words of transformers.
    max_gen_toks, max_length : int
        Where it does not say how long an answer is; what the model sees.

    Raises
    ------
    ValueError
        It wants what is not done here, or an answer that leaves no room for
        the question.
    """
    given = {name: value for name, value in settings.items()
             if value is not None}
    lengths = [given.pop(name) for name in LENGTHS if name in given]
    until = given.pop("until", ())
    sampling = {name: given.pop(name) for name in SAMPLING if name in given}
    if not given.pop("do_sample", sampling.get("temperature", 0) > 0):
        # the likeliest token, whatever is said about drawing
        sampling = {name: value for name, value in sampling.items()
                    if name == "repetition_penalty"} | {"temperature": 0.0}
    unknown = [f"{name}={value!r}" for name, value in given.items()
               if name not in AS_IT_IS or AS_IT_IS[name] != value]
    if unknown:
        raise ValueError(
            f"the task asks for {', '.join(unknown)}, which is not done here; "
            f"known are until, do_sample, {', '.join((*SAMPLING, *LENGTHS))}")
    most = int(lengths[0]) if lengths else max_gen_toks
    if not 1 <= most < max_length:
        raise ValueError(
            f"an answer of {most} tokens leaves no room for the question: the "
            f"model sees {max_length}; --gen_kwargs max_gen_toks="
            f"{max(1, max_length // 2)} would")
    return Wanted(max_new_tokens=most, until=tuple(check_stop_strings(until)),
                  sampling=tuple(sampling.items()))


def write(package, model, tokenizer, prompts: Sequence[Sequence[int]],
          wanted: Wanted, seed: int) -> list[str]:
    """A text behind each prompt; all are written at once.

    Parameters
    ----------
    package, model, tokenizer
        numpy_impl or torch_impl, and what belongs together.
    prompts : rows of token ids, of any lengths
    """
    special = tokenizer.special_tokens
    stop = {*tokenizer.stop_tokens,
            *(special[text] for text in wanted.until if text in special)}
    texts = [Text(tokenizer, wanted.until, stop) for _ in prompts]
    for tokens in package.generate(
            model, [list(prompt) for prompt in prompts],
            wanted.max_new_tokens, stop=sorted(stop), seed=seed,
            vocab_limit=tokenizer.vocab_size, **dict(wanted.sampling)):
        for text, token in zip(texts, tokens, strict=True):
            text.add(token)
        if all(text.done for text in texts):
            break
    return [text.read() for text in texts]


class Text:
    """One that is being written, and watched for its end."""

    def __init__(self, tokenizer, until: Sequence[str], stop: set[int]):
        self.tokenizer, self.until, self.stop = tokenizer, until, stop
        self.hidden = set(tokenizer.special_tokens.values())
        self.decoder = tokenizer.stream_decoder(goes_on=True)
        self.watch = StopWatch(until)
        self.ids: list[int] = []
        self.done = False

    def add(self, token: int) -> None:
        if self.done:
            return
        self.done = token in self.stop
        if token not in self.hidden:
            self.ids.append(token)
            self.watch.add(self.decoder.add(token))
            self.done |= self.watch.found

    def read(self) -> str:
        """Without special tokens, up to the first stop string."""
        text = self.tokenizer.decode(self.ids)
        for end in self.until:
            text = text.partition(end)[0]
        return text
