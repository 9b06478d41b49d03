"""Text vectors: one vector for a whole text, so that texts can be compared.

An encoder gives a vector for every token, each informed by all others; their
mean stands for the text, and scaled to length 1, the dot product of two is
the cosine of the angle between them. Reimers and Gurevych 2019 (Sentence-BERT,
arXiv:1908.10084), section 3, MEAN pooling. A BERT that was only pretrained
gives rough vectors: what it was never taught is to put like texts together.

Shapes: T tokens, D model width, N texts.
"""
import torch

from twinformer.batches.bert_tokens import BertTokens, one_text
from .generate import without_dropout

__all__ = ["mean_vector", "text_vectors"]


def mean_vector(hidden):
    """hidden (T, D) -> (D,) of length 1: the tokens' mean; 0 stays 0"""
    mean = hidden.mean(0)                                  # (D,)
    length = (mean ** 2).sum().sqrt()
    return mean / torch.where(length > 0, length, 1)       # (D,)


def text_vectors(model, tokenizer, texts):
    """texts, or lists of token ids -> (N, D) float64, and tokens read

    model : BertModel
    tokenizer : with [CLS], [SEP], [MASK] and [PAD] among its special tokens

    Raises
    ------
    ValueError
        A text is empty, or longer than the model looks at.
    """
    tokens = BertTokens.of(tokenizer.special_tokens)
    device = next(model.parameters()).device
    most, vectors, read = model.config.context_length, [], 0
    for number, text in enumerate(texts, 1):
        ids = tokenizer.encode(text) if isinstance(text, str) else text
        row = one_text(ids, tokens)
        if not ids or len(row) > most:
            raise ValueError(
                f"text {number} has {len(row)} tokens with [CLS] and [SEP]; "
                f"expected 3 to {most}")
        with without_dropout(model), torch.inference_mode():
            hidden = model(torch.tensor([row], device=device))  # (1, T, D)
            vectors.append(mean_vector(hidden[0].double()).cpu())
        read += len(row)
    return torch.stack(vectors).numpy(), read              # (N, D)
