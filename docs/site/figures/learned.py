"""A tiny GPT that learns a sentence by heart, in a second: its losses and what it attends to."""
import functools
from typing import NamedTuple

import numpy as np

__all__ = ["Learned", "learned"]

TEXT, STEPS = "to be or not to be", 200


class Learned(NamedTuple):
    text: str
    vocabulary: int
    losses: list[float]
    weights: np.ndarray       # (T, T), of the head that is surest of where to look


@functools.cache
def learned() -> Learned:
    from numpy_impl import AdamW, GPTModel, cross_entropy, cross_entropy_backward
    from twinformer import GPT2Config
    from twinformer.commands.walk.passes import numpy_forward

    signs = sorted(set(TEXT))
    ids = np.array([[signs.index(sign) for sign in TEXT]])
    inputs, targets = ids[:, :-1], ids[:, 1:]
    model = GPTModel(GPT2Config(vocab_size=len(signs), context_length=len(TEXT), d_model=16,
                                n_heads=2, n_layers=2), seed=0).to(np.float64)
    optimizer = AdamW(model, 0.9, 0.99, 1e-8, 0.01)
    losses = []
    for _ in range(STEPS):
        logits, cache = model(inputs)
        loss, loss_cache = cross_entropy(logits, targets)
        losses.append(float(loss))
        model.zero_grad()
        model.backward(cross_entropy_backward(1.0, loss_cache), cache)
        optimizer.step(0.02)
    arrays, _ = numpy_forward(model, inputs, targets)
    heads = np.concatenate([arrays[f"blocks.{i}.weights"][0] for i in range(2)])   # (4, T, T)
    sharpest = heads.max(-1).mean(-1).argmax()
    return Learned(TEXT, len(signs), losses, heads[sharpest])
