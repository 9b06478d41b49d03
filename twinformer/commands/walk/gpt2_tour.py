"""The walk through a GPT-2, step by step."""
import math
from typing import NamedTuple

import numpy as np

from . import passes
from .steps import (
    BACKWARD, BACKWARD_BLOCK, BACKWARD_END, FORWARD_BEGIN, FORWARD_BLOCK, FORWARD_END,
)
from .tour import Tour

__all__ = ["GPT2Tour"]


class Passed(NamedTuple):
    """{name: array} of one model, and {name: gradient}."""

    arrays: dict[str, np.ndarray]
    gradients: dict[str, np.ndarray]


class GPT2Tour(Tour):
    """A page that goes through a GPT-2."""

    @staticmethod
    def passes(model, model_t, ids) -> tuple[Passed, Passed]:
        """ids (1, T + 1) -> what both compute as they read T and predict each next one"""
        import torch

        inputs, targets = ids[:, :-1], ids[:, 1:]
        arrays, caches = passes.numpy_forward(model, inputs, targets)
        gradients = passes.numpy_backward(model, arrays, caches, targets)
        theirs = passes.torch_pass(model_t, torch.tensor(inputs), torch.tensor(targets))
        return Passed(arrays, gradients), Passed(*theirs)

    def heads_and_width(self, config) -> str:
        return (f"heads H {config.n_heads}, head width K {config.d_model // config.n_heads}, "
                f"feed-forward width F {4 * config.d_model}")

    def forward(self, ours, theirs, config, shown):
        a, b = ours.arrays, theirs.arrays
        for step in FORWARD_BEGIN:
            self.step(step, step.name, a, b)
        for i in range(config.n_layers):
            prefix = f"blocks.{i}."
            self.rule(f"block {i + 1} of {config.n_layers}")
            steps = FORWARD_BLOCK if i < shown else FORWARD_BLOCK[-1:]
            if i >= shown:
                self.say(f"The same steps, with weights of its own: --blocks {i + 1} shows them.")
            for step in steps:
                name = step.name if step.name == "mask" else prefix + step.name
                self.step(step, name, a, b)
        self.rule("the end of the forward pass")
        for step in FORWARD_END:
            if step.name == "logits" and not config.tie_embeddings:
                step = step._replace(formula="logits = x W_head^T")
            self.step(step, step.name, a, b)
        self.say(f"           (believing in all {config.vocab_size} tokens evenly would cost "
                 f"log {config.vocab_size} = {math.log(config.vocab_size):.6f})")

    def backward(self, ours, theirs, config, shown):
        a, b = ours.gradients, theirs.gradients
        self.rule("backward: from the loss to every parameter")
        self.say("dx is the gradient of the loss by x: how fast the loss rises as x does.")
        for step in BACKWARD:
            self.step(step, step.name, a, b, "d ")
        for i in reversed(range(config.n_layers)):
            prefix = f"blocks.{i}."
            self.rule(f"back through block {i + 1} of {config.n_layers}")
            steps = BACKWARD_BLOCK if i < shown else BACKWARD_BLOCK[:1]
            if i >= shown:
                self.say(f"The same steps again (--blocks {i + 1} shows them).")
            for step in steps:
                below = f"blocks.{i - 1}.residual2" if i else "positions"
                name = below if step.name == "input" else prefix + step.name
                self.step(step, name, a, b, "d ")
        self.rule("back at the start")
        for step in BACKWARD_END:
            self.step(step, step.name, a, b, "d ")
