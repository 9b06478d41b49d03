"""Attention maps: which earlier token each token looks at, head by head.

Fast attention never holds these weights. But it can be asked for them: with
one-hot values, the mixture of the values is the weights themselves,

    weights I = weights

so the formula that is proven is the one that is drawn.

Shapes: L layers, H query heads, G key/value heads, T tokens, K head width.
"""
import torch

from ..layers.attention import attention
from ..layers.fused import spelled_out
from ..layers.visibility import visible_mask
from .generate import without_dropout

__all__ = ["attention_maps"]


class Listener:
    """Stands where QKClip does, and is told every layer's queries and keys."""

    def __init__(self):
        self.maps = []

    def append(self, layer, q, k, scale=None):
        """q (1, H, T, K), k (1, G, T, K), as they are multiplied"""
        T = q.shape[2]
        one_hot = torch.eye(T, dtype=q.dtype, device=q.device)  # (T, T)
        one_hot = one_hot.expand(*k.shape[:2], T, T)
        window = getattr(layer, "window", None)
        with spelled_out():  # the kernel's values are as wide as its keys
            weights = attention(                           # (1, H, T, T)
                q, k, one_hot, visible_mask(T, T, window).to(q.device),
                scale=scale, softcap=getattr(layer, "softcap", None),
                sinks=getattr(layer, "sinks", None))
        self.maps.append(weights[0])


def attention_maps(model, ids):
    """ids (T,) -> (L, H, T, T): the weight of each key for each query

    A row adds up to 1, or to less where a sink takes the rest.

    model : a model of models/ that writes, of any kind
    """
    listener = Listener()
    device = next(model.parameters()).device
    with without_dropout(model), torch.inference_mode():
        model(torch.as_tensor(ids, device=device)[None], qk_clip=listener)
    return torch.stack(listener.maps).cpu()                # (L, H, T, T)
