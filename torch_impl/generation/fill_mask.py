"""Filling in: which tokens may stand where a text has [MASK]? BERT does not go
on with a text, but reads all of it, before and behind, and says.

Shapes: T positions, P masks, D model width, V vocabulary.
"""
import torch

from twinformer.generation.masked_text import fillings, masked_text
from ..layers.softmax import softmax
from .generate import without_dropout

__all__ = ["fill_mask", "mask_probabilities"]


def mask_probabilities(model, ids, places, segments=None):
    """ids (1, T), places (1, P) -> probabilities (P, V) of what stands there,
    in float64"""
    with without_dropout(model), torch.inference_mode():
        hidden = model(                                    # (1, P, D)
            ids, read=places, segments=segments)
        logits = model.head(hidden[0])                     # (P, V)
        return softmax(logits.double())                    # (P, V)


def fill_mask(model, tokenizer, text: str, k: int = 5,
              second: str | None = None):
    """The k likeliest tokens for each [MASK] of a text.

    Parameters
    ----------
    model : BertModel
    tokenizer : with [CLS], [SEP], [MASK] and [PAD] among its special tokens
    text : with [MASK] in it, one or several
    k : how many tokens
    second : the second text of a pair, if there is one

    Returns
    -------
    list of lists of Filling (text, probability, token)
        One list for each [MASK], the likeliest first. Several masks are
        filled in each for itself, as if the others stayed hidden.

    Raises
    ------
    ValueError
        If there is no [MASK], the text is too long, or k is not positive.
    """
    length = model.config.context_length
    device = next(model.parameters()).device
    ids, segments, places = (
        torch.from_numpy(a).to(device)
        for a in masked_text(tokenizer, text, second, length))
    probabilities = mask_probabilities(model, ids, places, segments)
    return fillings(tokenizer, probabilities.cpu().numpy(), k)
