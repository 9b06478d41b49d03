"""Beam search: several unfinished texts at once, of which at every step the
likeliest are kept. What greedy search gives up at the first token, because
another one is a little likelier, beam search may still find.

It looks for the likeliest text. For translations and other questions with one
answer that is right; texts that surprise nobody are not what people write.

Shapes: K beams, T = tokens so far, V vocabulary, C candidates.
"""
import torch

from twinformer.generation.beams import Beam, EarlyStopping, Finished
from twinformer.generation.left_padding import check_prompts
from twinformer.generation.options import (
    check_beams, check_whole, stop_tokens,
)
from .generate import next_logits
from .logits_processing import LogitsProcessor
from .past import take_rows
from .sampling import finite_peak, top_k_mask
from ..layers.softmax import log_softmax

__all__ = ["beam_search", "best_continuations"]


def best_continuations(scores, log_probs, count: int):
    """The `count` likeliest of all texts that are one token longer.

        score of beam k and token v = scores[k] + log_probs[k, v]

    scores (K,), log_probs (K, V) -> beams (C,), tokens (C,), scores (C,), the
    likeliest first; among equals the lowest beam, then the lowest token.
    """
    V = log_probs.shape[-1]
    totals = (scores[:, None] + log_probs).reshape(-1)     # (K V,)
    kept = torch.nonzero(top_k_mask(totals, count))[:, 0]  # (C,), in order
    order = torch.argsort(-totals[kept], stable=True)     # (C,)
    best = kept[order]                                     # (C,)
    return best // V, best % V, totals[best]


def beam_search(model, ids, max_new_tokens: int, *, beams: int = 4,
                length_penalty: float = 1.0,
                early_stopping: EarlyStopping = "likely",
                repetition_penalty: float = 1.0, logit_bias=None,
                choices=None, stop=None,
                vocab_limit: int | None = None) -> list[Beam]:
    """The likeliest continuations of a prompt, the best one first.

    Parameters
    ----------
    model : a model of models/
    ids : (T,) token ids of the prompt
    max_new_tokens : a text that has so many is finished
    beams : how many unfinished texts are kept, and finished ones returned;
        1 is greedy search
    length_penalty : finished texts are ranked by ln p / length ** this
    early_stopping : "first", "likely" or "never", see `Finished`; what
        transformers calls True, False and "never"
    repetition_penalty, logit_bias, choices : see `LogitsProcessor`; unlike
        in transformers the probabilities add up to 1 again behind them
    stop, vocab_limit : as for `generate`

    Returns
    -------
    list of Beam
        At most `beams`; fewer where fewer texts are possible.

    Raises
    ------
    ValueError, TypeError
        An option or the prompt is bad; there are several prompts; or a logit
        is NaN or +inf, or no token is allowed.
    """
    V, K = model.config.vocab_size, check_beams(beams, length_penalty,
                                                early_stopping)
    prompts, _, single = check_prompts(ids, V, model.config.context_length)
    if not single:
        raise ValueError("beam search takes one prompt at a time, (T,) ids")
    check_whole("max_new_tokens", max_new_tokens, 1, "0 finds nothing")
    if vocab_limit is not None:
        check_whole("vocab_limit", vocab_limit, 1, "leave it out for all")
    stops = torch.tensor(stop_tokens(stop), dtype=torch.int64)
    process = LogitsProcessor(
        V, repetition_penalty=repetition_penalty, logit_bias=logit_bias,
        choices=choices, stop=stop, max_new_tokens=max_new_tokens)
    sequence, n_prompt = torch.as_tensor(prompts), prompts.shape[1]
    finished = Finished(K, length_penalty, early_stopping, max_new_tokens)
    past: list = getattr(model, "new_past", list)()
    # one text at first: the prompt
    scores = torch.zeros(1, dtype=torch.float64)
    for length in range(1, max_new_tokens + 1):
        logits = next_logits(model, sequence, past)        # (K, V)
        logits = process(logits, sequence, n_prompt)[:, :vocab_limit]
        finite_peak(logits)  # or the weights have gone bad
        log_probs = log_softmax(logits)                    # (K, V)
        # so many that, if all stop tokens are among them, K go on
        count = (1 + len(stops)) * K
        rows, tokens, totals = best_continuations(scores, log_probs, count)
        possible = totals > -torch.inf                        # (C,)
        rows, tokens, totals = (
            a[possible] for a in (rows, tokens, totals))
        longer = torch.cat([sequence[rows], tokens[:, None]], dim=1)
        ends = torch.isin(tokens, stops)                      # (C,)
        if length == max_new_tokens:
            ends = torch.ones_like(ends)
        for text, total in zip(longer[:K][ends[:K]], totals[:K][ends[:K]],
                               strict=True):
            finished.add(text[n_prompt:].tolist(), float(total))
        going = torch.nonzero(~ends)[:K, 0]                # (K,)
        if not len(going) or finished.is_over(float(totals[going[0]]),
                                              length):
            break
        sequence, scores = longer[going], totals[going]    # (K, T), (K,)
        take_rows(past, rows[going])
    return finished.beams
