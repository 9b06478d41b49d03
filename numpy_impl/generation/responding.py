"""Answers to many prompts at once, of whatever lengths.

All prompts start at position 0. What the shortest one has is read in one go;
then every step adds one column, which is the next token of a longer prompt in
some rows and a new token of the answer in others:

    column      0 1 2 3 4 5 6 7
    prompt 1    p p p a a a .         p prompt, a answer, . end of text
    prompt 2    p p p p p a a a

So every token is at the position, and sees what, it would alone: there is no
padding on the left to hide, and keys and values are kept as for one prompt.

Shapes: B prompts, T columns, V vocabulary.
"""
import numpy as np

from .generate import next_logits
from twinformer.generation.options import (
    check_prompt, check_sampling_options, check_whole, stop_tokens,
)
from .sampling import sample

__all__ = ["respond"]


def respond(model, prompts, max_new_tokens: int, *, stop=None,
            temperature: float = 0.0, top_k: int | None = None,
            top_p: float | None = None, seed: int = 0,
            vocab_limit: int | None = None,
            batch_size: int = 32) -> list[list[int]]:
    """The model's answers, without the token that stopped them.

    Parameters
    ----------
    model : a model of models/
    prompts : lists of token ids, each shorter than the context
    max_new_tokens : of each answer, which also ends where the context does
    stop, temperature, top_k, top_p, vocab_limit : as for `generate`
    seed : with a prompt's index, decides its answer, whatever the others
    batch_size : prompts that are answered together; those of about the same
        length are, so that the others do not wait for a long one

    Raises
    ------
    ValueError, TypeError
        An option is bad, or a prompt is empty or leaves no room to answer.
    """
    check_sampling_options(temperature, top_k, top_p)
    check_whole("max_new_tokens", max_new_tokens, 0, "0 answers nothing")
    check_whole("batch_size", batch_size, 1, "prompts at once")
    prompts = [check_prompt([prompt], model.config.vocab_size)[0]
               for prompt in prompts]
    context = model.config.context_length
    for prompt in prompts:
        if len(prompt) >= context:
            raise ValueError(
                f"a prompt of {len(prompt)} tokens leaves no room for an "
                f"answer in a context of {context}")
    stops = np.array(stop_tokens(stop), np.int64)
    by_length = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
    answers: list[list[int]] = [[] for _ in prompts]
    for start in range(0, len(prompts), batch_size):
        chosen = by_length[start:start + batch_size]
        dice = [np.random.default_rng([seed, i]) for i in chosen]

        def pick(logits, waits, dice=dice):
            """logits (B, V), waits (B,): its prompt goes on -> ids (B,)"""
            uniform = np.array([0.0 if wait else die.random() for die, wait
                                in zip(dice, waits.tolist(), strict=True)])
            return sample(logits[:, :vocab_limit], uniform, temperature,
                          top_k, top_p)                    # (B,)

        found = together(model, [prompts[i] for i in chosen],
                         max_new_tokens, stops, pick)
        for i, answer in zip(chosen, found, strict=True):
            answers[i] = answer
    return answers


def together(model, prompts, max_new_tokens, stops, pick):
    """The answers of one batch, column by column"""
    lengths = np.array([len(prompt) for prompt in prompts])    # (B,)
    T = min(lengths.max() + max_new_tokens, model.config.context_length)
    ids = np.zeros((len(prompts), T), np.int64)            # (B, T)
    for row, prompt in zip(ids, prompts, strict=True):
        row[:len(prompt)] = prompt
    ends = np.minimum(lengths + max_new_tokens, T)         # (B,)
    past = getattr(model, "new_past", list)()
    for t in range(lengths.min(), T):
        waits = t < lengths                                # (B,)
        logits = next_logits(model, ids[:, :t], past)      # (B, V)
        new = pick(logits, waits)                          # (B,)
        ids[:, t] = np.where(waits, ids[:, t], new)
        stopped = ~waits & np.isin(new, stops)             # (B,)
        ends = np.where(stopped, np.minimum(ends, t), ends)
        if (t + 1 >= ends).all():
            break
    return [row[length:end].tolist() for row, length, end
            in zip(ids, lengths, ends, strict=True)]
