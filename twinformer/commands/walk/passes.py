"""One forward and one backward pass of a GPT, every array kept by its name.

The same steps that models/gpt2.py takes, laid flat and written twice, side by
side in one file: `numpy_forward` and `numpy_backward` by hand, `torch_pass`
with autograd. Both give {name: array} for the arrays and for their gradients.

Shapes: T positions, D model width, H heads, K head width, F feed-forward
width, V vocabulary; the batch is 1.
"""
import math

import numpy as np
import torch

from ...backend import implementation

__all__ = ["numpy_backward", "numpy_forward", "torch_pass"]

reference, twin = implementation("numpy"), implementation("torch")


def numpy_forward(model, ids, targets):
    """ids, targets (1, T) -> {name: array}, {name: cache for backward}"""
    a, caches = {}, {}

    def forward(name, layer, x):
        a[name], caches[name] = layer.forward(x)
        return a[name]

    T = ids.shape[1]
    mask = a["mask"] = reference.causal_mask(T, T)                        # (T, T)
    x = forward("tokens", model.token_embedding, ids)           # (1, T, D)
    x = forward("positions", model.position_embedding, x)       # (1, T, D)
    for i, block in enumerate(model.blocks):
        b, H = f"blocks.{i}.", block.attention.n_heads
        h = forward(b + "norm1", block.norm1, x)                # (1, T, D)
        qkv = forward(b + "qkv", block.attention.qkv, h)        # (1, T, 3 D)
        q, k, v = (reference.split_heads(part, H) for part in np.split(qkv, 3, -1))
        a[b + "q"], a[b + "k"], a[b + "v"] = q, k, v            # (1, H, T, K)
        scale = 1 / math.sqrt(q.shape[-1])
        scores = a[b + "scores"] = q @ k.mT * scale             # (1, H, T, T)
        weights = a[b + "weights"] = reference.masked_softmax(scores, mask)
        context = a[b + "context"] = weights @ v                # (1, H, T, K)
        h = reference.merge_heads(context)                                # (1, T, D)
        h = forward(b + "projection", block.attention.out, h)   # (1, T, D)
        x = a[b + "residual1"] = x + h
        h = forward(b + "norm2", block.norm2, x)
        h = forward(b + "up", block.feed_forward.up, h)         # (1, T, F)
        h = a[b + "gelu"] = reference.gelu(h)
        h = forward(b + "down", block.feed_forward.down, h)     # (1, T, D)
        x = a[b + "residual2"] = x + h
    x = forward("final_norm", model.final_norm, x)
    logits = forward("logits", model.head, x)                   # (1, T, V)
    logp = a["log_probabilities"] = reference.log_softmax(logits)         # (1, T, V)
    a["loss"] = -np.take_along_axis(logp, targets[..., None], -1).mean()
    return a, caches


def numpy_backward(model, a, caches, targets):
    """What numpy_forward kept -> {name: gradient}; fills model's gradients"""
    d = {}
    model.zero_grad()
    dlogp = d["log_probabilities"] = np.zeros_like(a["log_probabilities"])
    np.put_along_axis(dlogp, targets[..., None], -1 / targets.size, -1)
    dx = d["logits"] = reference.log_softmax_backward(dlogp, a["log_probabilities"])
    dx = d["final_norm"] = model.head.backward(dx, caches["logits"])
    dx = model.final_norm.backward(dx, caches["final_norm"])    # (1, T, D)
    for i, block in reversed(list(enumerate(model.blocks))):
        b, H = f"blocks.{i}.", block.attention.n_heads
        d[b + "residual2"] = d[b + "down"] = dx
        dh = block.feed_forward.down.backward(dx, caches[b + "down"])
        d[b + "gelu"] = dh                                      # (1, T, F)
        dh = d[b + "up"] = reference.gelu_backward(dh, a[b + "up"])
        dh = block.feed_forward.up.backward(dh, caches[b + "up"])
        d[b + "norm2"] = dh                                     # (1, T, D)
        dx = dx + block.norm2.backward(dh, caches[b + "norm2"])
        d[b + "residual1"] = d[b + "projection"] = dx
        dh = block.attention.out.backward(dx, caches[b + "projection"])
        dcontext = d[b + "context"] = reference.split_heads(dh, H)        # (1, H, T, K)
        q, k, v, weights = (a[b + n] for n in ("q", "k", "v", "weights"))
        scale = 1 / math.sqrt(q.shape[-1])
        dv = d[b + "v"] = weights.mT @ dcontext
        dweights = d[b + "weights"] = dcontext @ v.mT           # (1, H, T, T)
        dscores = d[b + "scores"] = reference.softmax_backward(dweights, weights)
        dq = d[b + "q"] = dscores @ k * scale
        dk = d[b + "k"] = dscores.mT @ q * scale
        dqkv = np.concatenate([reference.merge_heads(g) for g in (dq, dk, dv)], -1)
        d[b + "qkv"] = dqkv                                     # (1, T, 3 D)
        dh = block.attention.qkv.backward(dqkv, caches[b + "qkv"])
        d[b + "norm1"] = dh                                     # (1, T, D)
        dx = dx + block.norm1.backward(dh, caches[b + "norm1"])
    d["positions"] = dx
    dx = model.position_embedding.backward(dx, caches["positions"])
    d["tokens"] = dx                                            # (1, T, D)
    model.token_embedding.backward(dx, caches["tokens"])
    return d


def torch_pass(model, ids, targets):
    """ids, targets (1, T) -> {name: array}, {name: gradient}, as above"""
    a = {}
    T = ids.shape[1]
    mask = torch.ones(T, T, dtype=torch.bool).tril()            # (T, T)
    x = a["tokens"] = model.token_embedding(ids)                # (1, T, D)
    x = a["positions"] = model.position_embedding(x)            # (1, T, D)
    for i, block in enumerate(model.blocks):
        b, H = f"blocks.{i}.", block.attention.n_heads
        h = a[b + "norm1"] = block.norm1(x)                     # (1, T, D)
        qkv = a[b + "qkv"] = block.attention.qkv(h)             # (1, T, 3 D)
        q, k, v = (part.unflatten(-1, (H, -1)).transpose(1, 2)
                   for part in qkv.chunk(3, -1))
        a[b + "q"], a[b + "k"], a[b + "v"] = q, k, v            # (1, H, T, K)
        scale = 1 / math.sqrt(q.shape[-1])
        scores = a[b + "scores"] = q @ k.mT * scale             # (1, H, T, T)
        weights = twin.masked_softmax(scores, mask)
        a[b + "weights"] = weights                              # (1, H, T, T)
        context = a[b + "context"] = weights @ v                # (1, H, T, K)
        h = context.transpose(1, 2).flatten(2)                  # (1, T, D)
        h = a[b + "projection"] = block.attention.out(h)        # (1, T, D)
        x = a[b + "residual1"] = x + h
        h = a[b + "norm2"] = block.norm2(x)
        h = a[b + "up"] = block.feed_forward.up(h)              # (1, T, F)
        h = a[b + "gelu"] = twin.gelu(h)
        h = a[b + "down"] = block.feed_forward.down(h)          # (1, T, D)
        x = a[b + "residual2"] = x + h
    x = a["final_norm"] = model.final_norm(x)
    logits = a["logits"] = model.head(x)                        # (1, T, V)
    logp = a["log_probabilities"] = twin.log_softmax(logits)
    loss = -logp.gather(-1, targets[..., None]).mean()

    for array in a.values():
        array.retain_grad()
    model.zero_grad()
    loss.backward()
    arrays = {name: array.detach().numpy() for name, array in a.items()}
    gradients = {name: array.grad.numpy() for name, array in a.items()}
    return arrays | {"mask": mask.numpy(), "loss": loss.detach().numpy()}, \
        gradients
