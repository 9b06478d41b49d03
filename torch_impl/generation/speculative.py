"""Speculative decoding: a small model guesses some tokens, the large one looks
at all of them in one pass, and keeps as many as it might have said itself. A
large model's pass costs nearly the same for one token as for five, as it is
the reading of its weights that takes the time.

What is written has exactly the distribution of the large model's own text.

Shapes: G guesses, T = tokens so far, V vocabulary.
"""
from collections.abc import Collection, Iterator

import numpy as np
import torch

from twinformer.generation.acceptance import Acceptance
from twinformer.generation.left_padding import check_prompts
from twinformer.generation.options import (
    check_draft, check_sampling_options, check_whole, stop_tokens,
)
from .generate import next_logits, without_dropout
from .logits_processing import LogitsProcessor
from .past import remember, rewind
from .sampling import draw, next_probabilities

__all__ = ["accepted_tokens", "residual", "latest_logits",
           "speculative_generate"]


def residual(p, q):
    """What p has more than q, as a distribution: max(p - q, 0) / its sum

    Where they are equal nothing is left, and p itself will do: a guess is
    never rejected there. p, q (V,) -> (V,)
    """
    more = (p - q).clamp(min=0)                            # (V,)
    total = more.sum()
    return more / total if total > 0 else p


def accepted_tokens(p, q, guesses, uniforms):
    """The guesses that are kept, and one token of the large model's own.

    A guess x, drawn from q, is kept with the probability min(1, p(x) / q(x)).
    The first that is not kept is replaced by a draw from the residual, and
    those behind it are dropped. If all are kept, one more is drawn from p.
    Leviathan et al. 2023 (arXiv:2211.17192), algorithm 1; Chen et al. 2023
    (arXiv:2302.01318). So each token has the distribution p:

        q(x) min(1, p(x) / q(x)) + (probability of rejection) residual(x)
            = min(q(x), p(x)) + max(p(x) - q(x), 0) = p(x)

    p: G + 1 distributions (V,); q: G; G guesses; G + 1 uniforms in [0, 1)
    -> a list of 1 to G + 1 ids
    """
    kept = []
    for i, guess in enumerate(guesses):
        if uniforms[i] * q[i][guess] >= p[i][guess]:  # rejected
            return [*kept, int(draw(residual(p[i], q[i]), uniforms[-1]))]
        kept.append(guess)
    return [*kept, int(draw(p[-1], uniforms[-1]))]


def appended(sequence, tokens):
    """sequence (1, T) and a list of n ids -> (1, T + n)"""
    return torch.cat([sequence, torch.tensor([tokens])], dim=1)


def latest_logits(model, ids, past, count: int):
    """ids (1, T) -> logits (count, V) of what follows each of the last count

    In one pass over all that past has not seen, in float64.
    """
    if count == 1:
        return next_logits(model, ids, past)               # (1, V)
    device = next(model.parameters()).device
    new = ids[:, past[0].length:].to(device)               # (1, the unseen)
    read = torch.arange(new.shape[1] - count, new.shape[1], device=device)
    with without_dropout(model), torch.inference_mode():
        logits = model(new, past=past, read=read[None])
    return logits[0].cpu().double()                        # (count, V)


def speculative_generate(model, draft, ids, max_new_tokens: int, *,
                         guesses: int = 4, temperature: float = 1.0,
                         top_k: int | None = None, top_p: float | None = None,
                         min_p: float | None = None,
                         repetition_penalty: float = 1.0, logit_bias=None,
                         choices=None,
                         stop: int | Collection[int] | None = None,
                         seed: int = 0, vocab_limit: int | None = None,
                         acceptance: Acceptance | None = None) -> Iterator:
    """Continue a prompt as `generate` would, with the help of a small model.

    Parameters
    ----------
    model, draft : the large model and the small one, of the same vocabulary
    ids : (T,) token ids of the prompt
    guesses : how many tokens the small model guesses at a time
    acceptance : an Acceptance, which counts how many were kept
    others : as for `generate`. At temperature 0 the text is the same as
        that of `generate`; else another one of the same distribution

    Yields
    ------
    int
        The new ids, a stop token included.

    Both models keep their keys and values. Guesses that are not kept are
    taken back. There are fewer where the shortest cache has no room for
    them, and none once the text is as long as the large model's context.

    Raises
    ------
    ValueError, TypeError
        At once: an option or the prompt is bad, there are several prompts,
        or the vocabularies differ and vocab_limit does not say how far they
        are the same.
    """
    V = check_draft(model.config, draft.config, vocab_limit)
    context = model.config.context_length
    prompts, _, single = check_prompts(ids, V, context)
    if not single:
        raise ValueError("speculative decoding takes one prompt, (T,) ids")
    check_sampling_options(temperature, top_k, top_p, min_p)
    check_whole("max_new_tokens", max_new_tokens, 0, "0 yields nothing")
    check_whole("guesses", guesses, 1, "4 is usual")
    check_whole("seed", seed, 0, "any whole number from 0 will do")
    stops = stop_tokens(stop)
    process = LogitsProcessor(
        V, repetition_penalty=repetition_penalty, logit_bias=logit_bias,
        choices=choices, stop=stop, max_new_tokens=max_new_tokens)
    counts = acceptance if acceptance is not None else Acceptance()
    n_prompt = prompts.shape[1]

    def probabilities(logits, sequence):
        """logits (1, any) of what follows sequence (1, T) -> (V,)"""
        logits = process(logits[:, :V], sequence, n_prompt)
        return next_probabilities(logits, temperature, top_k, top_p, min_p)[0]

    def tokens():
        sequence = torch.as_tensor(prompts)                # (1, T)
        die = np.random.default_rng([seed, 0])
        past, draft_past = model.new_past(), draft.new_past()
        room = min(cache.capacity for cache in past + draft_past)
        forgotten = max(0, n_prompt - draft.config.context_length)
        read = sequence[:, :-1]  # before, so that only guesses are taken back
        if read.shape[1] > 0:
            next_logits(model, read, past)
        if read.shape[1] > forgotten:
            next_logits(draft, read[:, forgotten:], draft_past)
        left = max_new_tokens
        while left:
            T = sequence.shape[1]
            G = max(0, min(guesses, left - 1, context - T, room - 2))
            kept = remember(past, G + 1)
            draft_kept = remember(draft_past, G + 1)
            longer, q = sequence, []                       # (1, T + G)
            for _ in range(G):
                logits = next_logits(draft, longer[:, forgotten:], draft_past)
                q.append(probabilities(logits, longer))
                guess = int(draw(q[-1], die.random()))
                longer = appended(longer, [guess])
            logits = latest_logits(model, longer, past, G + 1)
            p = [probabilities(logits[i:i + 1], longer[:, :T + i])
                 for i in range(G + 1)]
            new = accepted_tokens(p, q, longer[0, T:].tolist(),
                                  die.random(G + 1).tolist())
            counts.passes += 1
            counts.proposed += G
            counts.accepted += len(new) - 1
            for token in new:
                counts.tokens += 1
                yield token
                if token in stops:
                    return
            left -= len(new)
            rewind(past, T + len(new) - 1, kept)
            rewind(draft_past, T + len(new) - 1 - forgotten, draft_kept)
            sequence = appended(sequence, new)

    return tokens()
