"""A small model with rotary positions and separate queries and keys, in torch.nn, with a switch
for every mistake that a port makes."""
import torch
from torch import nn
from torch.nn import functional

V, D, H, LAYERS = 31, 16, 2, 2
K = D // H


def rotated(x, interleaved=False):
    """x (B, H, T, K), its pairs turned by their positions: halves, or neighbours."""
    T = x.shape[-2]
    speed = 10000.0 ** (-torch.arange(0, K, 2, dtype=x.dtype) / K)     # (K/2,)
    angle = torch.arange(T, dtype=x.dtype)[:, None] * speed            # (T, K/2)
    cos, sin = angle.cos(), angle.sin()
    if interleaved:
        a, b = x[..., 0::2], x[..., 1::2]
        return torch.stack([a * cos - b * sin, a * sin + b * cos], -1).flatten(-2)
    a, b = x.chunk(2, -1)
    return torch.cat([a * cos - b * sin, a * sin + b * cos], -1)


class Attention(nn.Module):
    def __init__(self, dropout=0.0, forgotten=False, interleaved=False):
        super().__init__()
        self.q_proj, self.k_proj = nn.Linear(D, D, bias=False), nn.Linear(D, D, bias=False)
        self.v_proj, self.o_proj = nn.Linear(D, D, bias=False), nn.Linear(D, D, bias=False)
        self.rate, self.forgotten, self.interleaved = dropout, forgotten, interleaved

    def forward(self, x):
        B, T, _ = x.shape
        q, k, v = (layer(x).view(B, T, H, K).transpose(1, 2)
                   for layer in (self.q_proj, self.k_proj, self.v_proj))
        q, k = (rotated(part, self.interleaved) for part in (q, k))
        y = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        y = y.transpose(1, 2).reshape(B, T, D)
        y = functional.dropout(y, self.rate, self.training or self.forgotten)
        return self.o_proj(y)


class FeedForward(nn.Module):
    def __init__(self, approximate="tanh"):
        super().__init__()
        self.up, self.down = nn.Linear(D, 4 * D), nn.Linear(4 * D, D)
        self.gelu = approximate

    def forward(self, x):
        return self.down(functional.gelu(self.up(x), approximate=self.gelu))


class Block(nn.Module):
    def __init__(self, eps, approximate, **attention):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(D, eps), nn.LayerNorm(D, eps)
        self.attention, self.feed_forward = Attention(**attention), FeedForward(approximate)
        self.dropout = nn.Dropout(attention.get("dropout", 0.0))

    def forward(self, x):
        x = x + self.dropout(self.attention(self.norm1(x)))
        return x + self.feed_forward(self.norm2(x))


class Model(nn.Module):
    def __init__(self, eps=1e-5, approximate="tanh", seed=0, **attention):
        super().__init__()
        torch.manual_seed(seed)
        self.embedding = nn.Embedding(V, D)
        self.blocks = nn.ModuleList(Block(eps, approximate, **attention) for _ in range(LAYERS))
        self.norm, self.head = nn.LayerNorm(D, eps), nn.Linear(D, V, bias=False)

    def forward(self, ids):
        x = self.embedding(ids)
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


# -- factories, one of what is right and one of each mistake ---------------------

def right():
    return Model(dropout=0.1)


def swapped():
    """Queries and keys of the second block are taken for each other."""
    model = right()
    attention = model.blocks[1].attention
    q, k = attention.q_proj.weight.detach().clone(), attention.k_proj.weight.detach().clone()
    attention.q_proj.weight.data, attention.k_proj.weight.data = k, q
    return model


def unpermuted():
    """Rotary by neighbours, with the weights of rotary by halves; and with its own weights."""
    return Model(dropout=0.1, interleaved=True)


def permuted():
    """The same numbers as `right`, by neighbours: rows of q and k put in that order."""
    model = unpermuted()
    order = torch.arange(K).view(2, K // 2).T.flatten()    # 0, K/2, 1, K/2 + 1, ...
    rows = torch.cat([order + head * K for head in range(H)])
    for block in model.blocks:
        for layer in (block.attention.q_proj, block.attention.k_proj):
            layer.weight.data = layer.weight.data[rows]
    return model


def half_permuted():
    """As `permuted`, but the keys of block 0 were forgotten."""
    model = permuted()
    model.blocks[0].attention.k_proj.weight.data = right().blocks[0].attention.k_proj.weight.data
    return model


def other_eps():
    return Model(dropout=0.1, eps=1e-6)


def erf():
    return Model(dropout=0.1, approximate="none")


def transposed():
    model = right()
    layer = model.blocks[1].attention.o_proj
    layer.weight.data = layer.weight.data.T.contiguous()
    return model


def forgotten():
    """Dropout inside attention, also in eval mode."""
    return Model(dropout=0.1, forgotten=True)


def adamw(model):
    """Decays matrices alone, as it should be."""
    groups = [{"params": [p for p in model.parameters() if (p.ndim > 1) == wide],
               "weight_decay": 0.1 * wide} for wide in (True, False)]
    return torch.optim.AdamW(groups, lr=1e-3)


def decays_all(model):
    return torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.1)
