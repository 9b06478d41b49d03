"""classify_review: the book's function for one text (chapter 6.8).

Shapes: T tokens, C classes.
"""
import numpy as np

from twinformer.classification.encoded import Reading
from .classification import Classification

__all__ = ["classify_review"]


def classify_review(text, model, tokenizer, device=None, max_length=None,
                    pad_token_id=50256, classes=("not spam", "spam"),
                    token="last"):
    """The class of a text, by a model with one row of its head a class.

    As in the book the text is cut to max_length and to the context, padded to
    max_length, and the class is read at the last position; `Classifier` does
    it for many texts.

    Parameters
    ----------
    text : str
    model : a model of models/
    tokenizer : Tokenizer
    device
        Where to move the model; None = where it is.
    max_length : int, optional
        Of the texts that were learned from; None = no padding.
    pad_token_id : int
    classes : sequence of str
        The words for 0, 1, ...
    token : {"first", "last", "last_real", "mean"}
        What is read.

    Raises
    ------
    ValueError
        For an empty text.
    """
    ids = tokenizer.encode(text, disallowed_special=(), add_beginning=True)
    if not ids:
        raise ValueError("the text is empty: there is nothing to classify")
    if device is not None:
        model.to(device)
    context = model.config.context_length
    width = min(max_length or len(ids), context)
    batch = Reading(width, True, pad_token_id).batch([ids], [0])   # (1, T)
    scores = Classification(token).predict(model, batch)   # (1, C)
    return classes[int(np.argmax(scores))]
