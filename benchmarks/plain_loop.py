"""The first rung of the ladder: a GPT-2 and its training loop as one writes them down first,
every formula spelled out, and the switches that take the later steps one by one.

With all switches off: a module for each head, which makes its own mask and its own softmax; layer
norm, GELU and loss by their formulas; batches of Python lists; an AdamW that updates one
parameter after the other. Every rung computes the same losses, up to rounding: a test holds that.

Shapes: B batch, T positions, D width, H heads, K = D / H, V vocabulary.
"""
import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn import functional

__all__ = ["PlainGPT", "Settings", "plain_step"]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Which of the steps are taken; see STEPS in ladder.py."""

    heads_together: bool = False
    arrays: bool = False
    fused_loss: bool = False
    fused_norms: bool = False
    flash: bool = False
    fused_adamw: bool = False
    keep_memory: bool = False
    tf32: bool = False
    bfloat16: bool = False
    compile: bool = False
    padded: bool = False
    pinned: bool = False
    twin: bool = False
    larger: bool = False


class Head(nn.Module):
    """One head, with three products and a mask of its own."""

    def __init__(self, D: int, K: int):
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(D, K) for _ in range(3))

    def forward(self, x):                                   # (B, T, D)
        q, k, v = self.query(x), self.key(x), self.value(x)  # (B, T, K)
        return attention(q, k, v)                           # (B, T, K)


def attention(q, k, v):
    """Every step of it: (..., T, K) -> (..., T, K)"""
    T, K = q.shape[-2:]
    scores = q @ k.transpose(-2, -1) / math.sqrt(K)         # (..., T, T)
    later = torch.ones(T, T, device=q.device).triu(1).bool()
    scores = scores.masked_fill(later, -math.inf)
    shifted = scores - scores.max(-1, keepdim=True).values
    exponentials = torch.exp(shifted)
    weights = exponentials / exponentials.sum(-1, keepdim=True)
    return weights @ v


class SeparateHeads(nn.Module):
    """The heads of a block, one after the other."""

    def __init__(self, D: int, H: int, settings: Settings):
        super().__init__()
        self.heads = nn.ModuleList(Head(D, D // H) for _ in range(H))
        self.out = nn.Linear(D, D)

    def forward(self, x):
        return self.out(torch.cat([head(x) for head in self.heads], -1))

    def take(self, qkv_weight, qkv_bias):
        """The rows of one product (3 D, D) as those of the heads."""
        for index, name in enumerate(("query", "key", "value")):
            weights = qkv_weight.chunk(3)[index].chunk(len(self.heads))
            biases = qkv_bias.chunk(3)[index].chunk(len(self.heads))
            for head, weight, bias in zip(self.heads, weights, biases, strict=True):
                linear = getattr(head, name)
                linear.weight.copy_(weight)
                linear.bias.copy_(bias)


class HeadsTogether(nn.Module):
    """All heads in one product, and in one attention."""

    def __init__(self, D: int, H: int, settings: Settings):
        super().__init__()
        self.H, self.flash = H, settings.flash
        self.qkv, self.out = nn.Linear(D, 3 * D), nn.Linear(D, D)

    def forward(self, x):
        B, T, D = x.shape
        q, k, v = self.qkv(x).view(B, T, 3, self.H, -1).permute(2, 0, 3, 1, 4)  # (B, H, T, K)
        if self.flash:
            y = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            y = attention(q, k, v)                          # (B, H, T, K)
        return self.out(y.transpose(1, 2).reshape(B, T, D))

    def take(self, qkv_weight, qkv_bias):
        self.qkv.weight.copy_(qkv_weight)
        self.qkv.bias.copy_(qkv_bias)


class Norm(nn.Module):
    """Layer norm, by its formula or by torch's kernel."""

    def __init__(self, D: int, settings: Settings):
        super().__init__()
        self.fused = settings.fused_norms
        self.weight, self.bias = nn.Parameter(torch.ones(D)), nn.Parameter(torch.zeros(D))

    def forward(self, x):
        if self.fused:
            return functional.layer_norm(x, self.weight.shape, self.weight, self.bias, 1e-5)
        mean = x.mean(-1, keepdim=True)
        variance = x.var(-1, keepdim=True, unbiased=False)
        return (x - mean) / torch.sqrt(variance + 1e-5) * self.weight + self.bias


class Block(nn.Module):
    def __init__(self, D: int, H: int, settings: Settings):
        super().__init__()
        self.norm1, self.norm2 = Norm(D, settings), Norm(D, settings)
        kind = HeadsTogether if settings.heads_together else SeparateHeads
        self.attention = kind(D, H, settings)
        self.up, self.down = nn.Linear(D, 4 * D), nn.Linear(4 * D, D)
        self.fused = settings.fused_norms

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        h = self.up(self.norm2(x))
        if self.fused:
            a = functional.gelu(h, approximate="tanh")
        else:
            a = 0.5 * h * (1 + torch.tanh(math.sqrt(2 / math.pi) * (h + 0.044715 * h ** 3)))
        return x + self.down(a)


class PlainGPT(nn.Module):
    """A GPT-2 whose head is its token embedding.

    Parameters
    ----------
    config : GPT2Config
    parameters : {name: array}
        As initial_parameters gives them.
    settings : Settings
    """

    def __init__(self, config, parameters, settings: Settings):
        super().__init__()
        D, H = config.d_model, config.n_heads
        self.V = config.vocab_size
        more = -self.V % 64 if settings.padded else 0
        self.tokens = nn.Embedding(self.V + more, D)
        self.positions = nn.Embedding(config.context_length, D)
        self.blocks = nn.ModuleList(Block(D, H, settings) for _ in range(config.n_layers))
        self.norm = Norm(D, settings)
        self.settings = settings
        with torch.no_grad():
            self.take({name: torch.from_numpy(array) for name, array in parameters.items()})

    def take(self, given):
        self.tokens.weight.zero_()
        self.tokens.weight[:self.V] = given["token_embedding.weight"]
        self.positions.weight.copy_(given["position_embedding.weight"])
        block: Any      # a Block, of whose parts torch's types know nothing
        for index, block in enumerate(self.blocks):
            of = {name.removeprefix(f"blocks.{index}."): tensor for name, tensor in given.items()}
            block.attention.take(of["attention.qkv.weight"], of["attention.qkv.bias"])
            for part, name in ((block.attention.out, "attention.out"),
                               (block.norm1, "norm1"), (block.norm2, "norm2"),
                               (block.up, "feed_forward.up"), (block.down, "feed_forward.down")):
                part.weight.copy_(of[f"{name}.weight"])
                part.bias.copy_(of[f"{name}.bias"])
        self.norm.weight.copy_(given["final_norm.weight"])
        self.norm.bias.copy_(given["final_norm.bias"])

    def forward(self, inputs, targets):
        """(B, T), (B, T) -> the mean loss"""
        places = torch.arange(inputs.shape[1], device=inputs.device)
        x = self.tokens(inputs) + self.positions(places)    # (B, T, D)
        for block in self.blocks:
            x = block(x)
        logits = functional.linear(self.norm(x), self.tokens.weight)[..., :self.V].flatten(0, 1)
        if self.settings.fused_loss:
            return functional.cross_entropy(logits, targets.flatten())
        logits = logits.float()
        shifted = logits - logits.max(-1, keepdim=True).values
        probabilities = torch.exp(shifted) / torch.exp(shifted).sum(-1, keepdim=True)
        chosen = probabilities.gather(-1, targets.reshape(-1, 1))
        return -torch.log(chosen).mean()


def plain_step(config, parameters, settings: Settings, device: str, rate: float):
    """A function (text, starts, T) -> loss that takes one training step: the windows of the text
    that begin there."""
    torch.set_float32_matmul_precision("high" if settings.tf32 else "highest")
    if settings.keep_memory:
        from twinformer.memory import keep_freed_memory

        keep_freed_memory()
    model = PlainGPT(config, parameters, settings).to(device)
    how: dict[str, Any] = {"fused": True} if settings.fused_adamw else {"foreach": False}
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.1, **how)
    loss_of = torch.compile(model) if settings.compile else model

    def step(text, starts, T: int) -> float:
        inputs, targets = batch_of(text, starts, T, settings, device)
        optimizer.zero_grad()
        with torch.autocast(device, torch.bfloat16, enabled=settings.bfloat16):
            loss = loss_of(inputs, targets)
        loss.backward()
        optimizer.step()
        return loss.item()
    return step


def batch_of(text, starts, T: int, settings: Settings, device: str):
    """The windows as tensors: from a list, token by token, or as one index into an array."""
    if not settings.arrays:
        windows = [[int(text[start + place]) for place in range(T + 1)] for start in starts]
        batch = torch.tensor(windows)
    else:
        import numpy as np

        batch = torch.from_numpy(text[np.asarray(starts)[:, None] + np.arange(T + 1)])
    if settings.pinned:
        batch = batch.pin_memory()
    batch = batch.to(device, non_blocking=settings.pinned)  # (B, T + 1)
    return batch[:, :-1], batch[:, 1:]
