"""Gates: one vector decides, feature by feature, how much of another passes.
All large models after GPT-2 have a gate in their feed-forward, in place of a
plain activation: at the same size they learn more.

Shapes: gate, up and h any shape (..., F); every element is treated alone.
"""
import numpy as np

from .activations import gelu, gelu_backward, sigmoid, silu

__all__ = ["swiglu", "geglu", "clamped_swiglu", "swiglu_backward",
           "geglu_backward", "clamped_swiglu_backward"]

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
    g = np.minimum(gate, LIMIT)
    u = np.clip(up, -LIMIT, LIMIT)
    return g * sigmoid(ALPHA * g) * (u + 1)


def swiglu_backward(dh, gate, up):
    """dh (..., F) -> dgate, dup (..., F)

    h is a product, so each of its factors receives the other one times dh.
    With s = sigmoid(gate), a = silu(gate) = gate s and s' = s (1 - s),

        dup = dh a        dgate = dh up (s + a (1 - s))

    A gate that is shut, a = 0, lets no gradient through to up either.
    """
    s = sigmoid(gate)
    a = gate * s
    return dh * up * (s + a * (1 - s)), dh * a


def geglu_backward(dh, gate, up):
    """dh (..., F) -> dgate, dup (..., F): each factor the other one times dh

    dup = dh gelu(gate)        dgate = dh up gelu'(gate)
    """
    return gelu_backward(dh * up, gate), dh * gelu(gate)


def clamped_swiglu_backward(dh, gate, up):
    """dh (..., F) -> dgate, dup (..., F)

    With s = sigmoid(alpha g), a = g s, whose slope is s + alpha a (1 - s),

        du = dh a        dg = dh (u + 1) (s + alpha a (1 - s))

    They reach up and gate within the limits, 7 and -7 themselves among them
    (as in torch.clamp). Beyond a limit nothing moves h, and the gradient is 0.
    """
    g = np.minimum(gate, LIMIT)
    u = np.clip(up, -LIMIT, LIMIT)
    s = sigmoid(ALPHA * g)
    a = g * s
    dg = dh * (u + 1) * (s + ALPHA * a * (1 - s))
    return np.where(gate <= LIMIT, dg, 0), np.where(u == up, dh * a, 0)
