"""Gates: one vector decides, feature by feature, how much of another passes.
All large models after GPT-2 have a gate in their feed-forward, in place of a
plain activation: at the same size they learn more.

Shapes: gate, up and h any shape (..., F); every element is treated alone.
"""
import torch

from .activations import gelu, silu

__all__ = ["swiglu", "geglu", "clamped_swiglu"]

LIMIT = 7.0
ALPHA = 1.702


def swiglu(gate, up):
    """h = silu(gate) up,  silu(x) = x sigmoid(x)

    Llama, Qwen3, Olmo, DeepSeek. Shazeer 2020 (arXiv:2002.05202), eq. 5.
    """
    return silu(gate) * up


def geglu(gate, up):
    """h = gelu(gate) up, with the tanh form of GELU

    Gemma. Shazeer 2020 (arXiv:2002.05202), eq. 5; the paper has the exact
    GELU.
    """
    return gelu(gate) * up


def clamped_swiglu(gate, up):
    """h = g sigmoid(1.702 g) (u + 1),  g = min(gate, 7),  u = clip(up, -7, 7)

    gpt-oss (arXiv:2508.10925), its published code. With 1.702 the share is
    close to that of GELU; at up = 0 the gate passes on its own. gate needs no
    lower limit, as its share is 0 there anyway.
    """
    g = torch.clamp(gate, max=LIMIT)
    u = torch.clamp(up, -LIMIT, LIMIT)
    return g * torch.sigmoid(ALPHA * g) * (u + 1)
