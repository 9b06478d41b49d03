"""Generation: ask the model for one more token, append it, ask again.

Shapes: B = batch, T = positions so far, V = vocabulary.
"""
from collections.abc import Collection, Iterator

import numpy as np

from twinformer.generation.options import (
    check_prompt, check_sampling_options, check_whole, stop_tokens,
)
from .sampling import sample
from twinformer.generation.streaming import stream_text

__all__ = ["next_logits", "generate", "generate_text"]


def next_logits(model, ids, past=None):
    """ids (B, T) -> logits (B, V) of the token after the last, in float64

    The model sees at most its context length of the latest tokens; what
    came before is forgotten. With past, from model.new_past(), only tokens
    not yet seen are computed: for ever where positions are rotations, in
    GPT-2 until the context is full and every step moves every token to
    another position. In double precision the draw that follows adds no
    rounding of its own.
    """
    window = ids[:, -model.config.context_length:]      # (B, <= context)
    if past and past[0].holds(ids.shape[1]):
        new = ids[:, past[0].length:]                   # (B, the unseen)
        last = last_of(new)                             # (B, 1)
        logits, _ = model.forward(new, past=past, read=last)  # (B, 1, V)
    else:
        logits, _ = model.forward(window)               # (B, ..., V)
    return logits[:, -1].astype(np.float64)             # (B, V)


def last_of(ids):
    """Which of ids (B, T) is to be read, (B, 1): the last; None = all one"""
    B, T = ids.shape
    return np.full((B, 1), T - 1) if T > 1 else None


def generate(model, ids, max_new_tokens: int, *, temperature: float = 1.0,
             top_k: int | None = None, top_p: float | None = None,
             stop: int | Collection[int] | None = None, seed: int = 0,
             vocab_limit: int | None = None) -> Iterator:
    """Continue a prompt; yield each new token as soon as it is known.

    Parameters
    ----------
    model : a model of models/
    ids : (T,) token ids of the prompt, or (B, T) of B prompts
    max_new_tokens : how many tokens at most
    temperature, top_k, top_p : see `sampling.next_probabilities`
    stop : a token id, or several, after which a text ends
    seed : from 0; the same seed gives the same text, in both
        implementations, and beside whatever other prompts of a batch
    vocab_limit : only ids below it are picked; for a vocabulary that was
        padded to a round number

    Yields
    ------
    int, or list of B ints for B prompts
        The new ids, a stop token included. A prompt of a batch that has
        stopped repeats its stop token until all have.

    Raises
    ------
    ValueError, TypeError
        At once, not at the first token: an option or the prompt is bad.
    """
    V = model.config.vocab_size
    prompt = check_prompt(ids, V)                       # (T,) or (B, T)
    check_sampling_options(temperature, top_k, top_p)
    check_whole("max_new_tokens", max_new_tokens, 0, "0 yields nothing")
    check_whole("seed", seed, 0, "any whole number from 0 will do")
    if vocab_limit is not None:
        check_whole("vocab_limit", vocab_limit, 1, "leave it out for all")
    stops = np.array(stop_tokens(stop), dtype=np.int64)

    def tokens():
        context = model.config.context_length
        sequence = np.atleast_2d(prompt)[:, -context:]
        B = len(sequence)
        dice = [np.random.default_rng([seed, row]) for row in range(B)]
        stopped = np.zeros(B, dtype=bool)
        past = getattr(model, "new_past", list)()  # none: whole windows
        for _ in range(max_new_tokens):
            logits = next_logits(model, sequence, past)[:, :vocab_limit]
            draws = [die.random() for die in dice]
            uniform = np.array(draws, dtype=np.float64)          # (B,)
            new = sample(logits, uniform, temperature, top_k, top_p)
            new = np.where(stopped, sequence[:, -1], new)        # (B,)
            yield new.tolist() if prompt.ndim == 2 else int(new[0])

            stopped |= np.isin(new, stops)
            if stopped.all():
                return
            sequence = np.concatenate([sequence, new[:, None]], axis=1)

    return tokens()


def generate_text(model, tokenizer, prompt: str, max_new_tokens: int,
                  **options) -> Iterator[str]:
    """Continue a text; yield its continuation piece by piece.

    Parameters
    ----------
    model, tokenizer : as they were trained together
    prompt : the text to continue; special tokens in it count as such
    max_new_tokens : how many tokens at most
    options : as for `generate`; the text ends at the tokenizer's
        stop tokens unless `stop` says otherwise

    Raises
    ------
    ValueError, TypeError
        The prompt is empty or cannot be encoded, or an option is bad.
    """
    if not prompt:
        raise ValueError(
            "the prompt is empty; give the model at least one character to "
            "continue")
    ids = tokenizer.encode(prompt, allowed_special="all", add_beginning=True)
    options.setdefault("stop", tokenizer.stop_tokens)
    options.setdefault("vocab_limit", tokenizer.vocab_size)
    new_ids = generate(model, ids, max_new_tokens, **options)
    return stream_text(tokenizer, new_ids, stop_tokens(options["stop"]),
                       goes_on=True)
