"""Pooling: a model says something at every position; which of it is the answer
to "what is this text"? One position, or the mean of all.

Shapes: B batch, T positions, C classes.
"""
import torch

__all__ = ["TOKENS", "only_position", "position_weights", "pool"]

TOKENS = ("first", "last", "last_real", "mean")


def only_position(last, length, token):
    """last (B,), index of each last real token -> (B, 1), the one position
    that is read; None where several are

        first      position 0; under a causal mask it has seen nothing else
        last       position T - 1, as the book reads it: maybe of padding
        last_real  the text's own last token: it has seen all of the text
        mean       every token of the text, none of the padding

    The model need not compute what is not read: see layers/reading.py.

    Raises
    ------
    ValueError
        For another choice; the message lists those there are.
    """
    check_token(token)
    if token == "mean":
        return None
    start = torch.zeros_like(last)                         # (B,)
    return {"first": start, "last": start + length - 1,
            "last_real": last}[token][:, None]


def position_weights(last, length, token, dtype):
    """-> (B, T), each row 1 / n at the n positions that are read"""
    only = only_position(last, length, token)              # (B, 1) or None
    positions = torch.arange(length, device=last.device)   # (T,)
    chosen = (positions <= last[:, None] if only is None
              else positions == only)                      # (B, T)
    return chosen.to(dtype) / chosen.sum(1, keepdim=True).to(dtype)


def pool(logits, last, token="last_real"):
    """scores_c = sum_t w_t logits_tc

    The head is linear, so that the mean of what it says at each position is
    what it says of the mean of the features: nothing is lost by pooling after
    it, and every way of reading is one weighted sum.

    logits (B, T, C), last (B,) -> scores (B, C)
    """
    T = logits.shape[1]
    weights = position_weights(last, T, token, logits.dtype)    # (B, T)
    scores = (weights[..., None] * logits).sum(1)          # (B, C)
    return scores


def check_token(token: str) -> None:
    if token not in TOKENS:
        raise ValueError(f"the token that is read must be one of "
                         f"{', '.join(TOKENS)}, got {token!r}")
