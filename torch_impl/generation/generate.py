"""Generation: ask the model for one more token, append it, ask again.

Shapes: B = batch, T = positions so far, V = vocabulary.
"""
from collections.abc import Collection, Iterator
from contextlib import contextmanager

import numpy as np
import torch

from twinformer.generation.choices import encoded_choices
from twinformer.generation.left_padding import check_prompts, places
from twinformer.generation.options import (
    check_sampling_options, check_whole, stop_tokens,
)
from .logits_processing import LogitsProcessor
from .past import take_rows
from .sampling import sample
from twinformer.generation.stop_strings import (
    check_stop_strings, until_stop_string,
)
from twinformer.generation.streaming import stream_text

__all__ = ["next_logits", "generate", "generate_text"]


def next_logits(model, ids, past=None, padding=None):
    """ids (B, T) -> logits (B, V) of the token after the last, in float64

    The model sees at most its context length of the latest tokens; what
    came before is forgotten. With past, from model.new_past(), only tokens
    not yet seen are computed: for ever where positions are rotations, in
    GPT-2 until the context is full and every step moves every token to
    another position. In double precision the draw that follows adds no
    rounding of its own. Where prompts of different lengths were filled up on
    the left, padding (B,) says by how many columns.
    """
    device = next(model.parameters()).device
    T = ids.shape[1]
    window = ids[:, -model.config.context_length:]      # (B, <= context)
    with without_dropout(model), torch.inference_mode():
        if past and past[0].holds(T):
            start = past[0].length
            new = ids[:, start:].to(device)             # (B, the unseen)
            last = last_of(new)                         # (B, 1)
            placed = on(device, places(padding, start, T))
            logits = model(new, past=past, read=last, **placed)
        else:
            start = T - window.shape[1]
            placed = on(device, places(padding, start, T, afresh=True))
            logits = model(window.to(device), **placed)  # (B, ..., V)
    return logits[:, -1].cpu().double()                 # (B, V)


def last_of(ids):
    """Which of ids (B, T) is to be read, (B, 1): the last; None = all one"""
    B, T = ids.shape
    return ids.new_full((B, 1), T - 1) if T > 1 else None


def on(device, arrays):
    """{name: array} -> {name: tensor}, where the model is"""
    return {name: torch.from_numpy(array).to(device)
            for name, array in arrays.items()}


@contextmanager
def without_dropout(model):
    """A context in which the model is not in training."""
    was_training = model.training
    if was_training:  # asking costs nothing, telling every layer does
        model.eval()
    try:
        yield
    finally:
        if was_training:
            model.train()


def generate(model, ids, max_new_tokens: int, *, temperature: float = 1.0,
             top_k: int | None = None, top_p: float | None = None,
             min_p: float | None = None, repetition_penalty: float = 1.0,
             logit_bias=None, choices=None, n: int = 1,
             stop: int | Collection[int] | None = None, seed: int = 0,
             vocab_limit: int | None = None) -> Iterator:
    """Continue a prompt; yield each new token as soon as it is known.

    Parameters
    ----------
    model : a model of models/
    ids : (T,) token ids of the prompt, or (B, T) of B prompts, or a list of
        B rows of any lengths
    max_new_tokens : how many tokens at most
    temperature, top_k, top_p, min_p : see `sampling.next_probabilities`
    repetition_penalty, logit_bias : see `LogitsProcessor`
    choices : sequences of token ids, one of which has to be the new text, up
        to its stop token
    n : how many texts of each prompt; the prompt is read once
    stop : a token id, or several, after which a text ends
    seed : from 0; the same seed gives the same text, in both
        implementations, and beside whatever other prompts of a batch. Text
        number i, counted through all prompts, has dice of its own
    vocab_limit : only ids below it are picked; for a vocabulary that was
        padded to a round number

    Yields
    ------
    int, or list of B n ints for B prompts or an n above 1
        The new ids, those of a prompt side by side; a stop token included.
        A text that has stopped repeats its stop token until all have.

    Raises
    ------
    ValueError, TypeError
        At once, not at the first token: an option or the prompt is bad.
    """
    V = model.config.vocab_size
    context = model.config.context_length
    prompts, padding, single = check_prompts(ids, V, context)
    check_sampling_options(temperature, top_k, top_p, min_p)
    check_whole("max_new_tokens", max_new_tokens, 0, "0 yields nothing")
    check_whole("seed", seed, 0, "any whole number from 0 will do")
    check_whole("n", n, 1, "texts of each prompt")
    if vocab_limit is not None:
        check_whole("vocab_limit", vocab_limit, 1, "leave it out for all")
    stops = torch.tensor(stop_tokens(stop), dtype=torch.int64)
    process = LogitsProcessor(
        V, repetition_penalty=repetition_penalty, logit_bias=logit_bias,
        choices=choices, stop=stop, max_new_tokens=max_new_tokens)

    def tokens():
        sequence, n_prompt = torch.as_tensor(prompts), prompts.shape[1]
        filled = torch.as_tensor(padding) if padding.any() else None
        B = len(sequence) * n
        dice = [np.random.default_rng([seed, row]) for row in range(B)]
        stopped = torch.zeros(B, dtype=torch.bool)
        past = getattr(model, "new_past", list)()  # none: whole windows
        for step in range(max_new_tokens):
            logits = next_logits(model, sequence, past, filled)  # (B, V)
            if step == 0 and n > 1:  # all prompts are read: n of each
                rows = torch.arange(len(sequence))               # (prompts,)
                texts = rows.repeat_interleave(n)                # (B,)
                logits, sequence = logits[texts], sequence[texts]
                filled = None if filled is None else filled[texts]
                take_rows(past, texts)
            logits = process(logits, sequence, n_prompt, filled)
            draws = [die.random() for die in dice]
            uniform = torch.tensor(draws, dtype=torch.float64)   # (B,)
            new = sample(logits[:, :vocab_limit], uniform, temperature,
                         top_k, top_p, min_p)
            new = torch.where(stopped, sequence[:, -1], new)     # (B,)
            yield int(new[0]) if single and n == 1 else new.tolist()

            stopped |= torch.isin(new, stops)
            if stopped.all():
                return
            sequence = torch.cat([sequence, new[:, None]], dim=1)

    return tokens()


def generate_text(model, tokenizer, prompt: str, max_new_tokens: int, *,
                  stop_strings=None, choices=None,
                  **options) -> Iterator[str]:
    """Continue a text; yield its continuation piece by piece.

    Parameters
    ----------
    model, tokenizer : as they were trained together
    prompt : the text to continue; special tokens in it count as such
    max_new_tokens : how many tokens at most
    stop_strings : text, or several, in front of which it ends; no part of
        one is ever yielded
    choices : texts, one of which has to follow the prompt
    options : as for `generate`, but for n; the text ends at the tokenizer's
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
    if options.pop("n", 1) != 1:
        raise ValueError("generate_text writes one text; for more, generate")
    strings = check_stop_strings(stop_strings)
    ids = tokenizer.encode(prompt, allowed_special="all", add_beginning=True)
    if choices is not None:
        options["choices"] = encoded_choices(tokenizer, choices)
    options.setdefault("stop", tokenizer.stop_tokens)
    options.setdefault("vocab_limit", tokenizer.vocab_size)
    new_ids = generate(model, ids, max_new_tokens, **options)
    pieces = stream_text(tokenizer, new_ids, stop_tokens(options["stop"]),
                         goes_on=True)
    return until_stop_string(pieces, strings) if strings else pieces
