"""The walk from the text to the loss and back, step by step."""
import math

from .labels import ROWS, pad
from .model import WIDER
from .page import Page

__all__ = ["Tour"]

# Each number is the end of a few dozen sums of a few dozen terms, each of
# them rounded: the two sides may part by this many roundings of the largest.
ROUNDINGS = 1000


class Tour(Page):
    """A page that goes through a whole model."""

    def introduction(self, config, arguments, model):
        count = sum(array.size for array in model.parameters())
        origin = f"the model of {arguments.model}" if arguments.model else "a new, untrained GPT"
        self.say(f"One forward and one backward pass through {origin}.")
        if not arguments.model:
            self.say(f"Its weights are random (seed {arguments.seed}), {WIDER} times as large as "
                     "GPT-2 begins with, so that one sees them.")
        self.say()
        self.say(f"blocks {config.n_layers}, width D {config.d_model}, heads H {config.n_heads}, "
                 f"head width K {config.d_model // config.n_heads}, feed-forward width "
                 f"F {4 * config.d_model}, vocabulary V {config.vocab_size},")
        self.say(f"{count:,} parameters, all arithmetic in {arguments.dtype}.")
        self.say("Left: numpy_impl, by hand. Right: torch_impl, by autograd. The files named are "
                 "in both.")

    def token_table(self, ids):
        self.rule("forward: from the text to the loss")
        self.heading("token ids", "ids = encode(text); each position's target is the next one",
                     f"T {len(ids) - 1}", "text/")
        for t in range(min(len(ids) - 1, 2 * ROWS)):
            self.say(f"    position {t}: reads {pad(self.labels[t], 6)} id {ids[t]:<6}"
                     f" shall predict {pad(self.labels[t + 1], 6)} id {ids[t + 1]}")
        if len(ids) - 1 > 2 * ROWS:
            self.say(f"    ... and {len(ids) - 1 - 2 * ROWS} more positions", "dim")

    def forward(self, ours, theirs, config, shown):
        from .steps import FORWARD_BEGIN, FORWARD_BLOCK, FORWARD_END

        for step in FORWARD_BEGIN:
            self.step(step, step.name, ours, theirs)
        for i in range(config.n_layers):
            prefix = f"blocks.{i}."
            self.rule(f"block {i + 1} of {config.n_layers}")
            steps = FORWARD_BLOCK if i < shown else FORWARD_BLOCK[-1:]
            if i >= shown:
                self.say(f"The same steps, with weights of its own: --blocks {i + 1} shows them.")
            for step in steps:
                name = step.name if step.name == "mask" else prefix + step.name
                self.step(step, name, ours, theirs)
        self.rule("the end of the forward pass")
        for step in FORWARD_END:
            if step.name == "logits" and not config.tie_embeddings:
                step = step._replace(formula="logits = x W_head^T")
            self.step(step, step.name, ours, theirs)
        self.say(f"           (believing in all {config.vocab_size} tokens evenly would cost "
                 f"log {config.vocab_size} = {math.log(config.vocab_size):.6f})")

    def backward(self, ours, theirs, config, shown):
        from .steps import BACKWARD, BACKWARD_BLOCK, BACKWARD_END

        self.rule("backward: from the loss to every parameter")
        self.say("dx is the gradient of the loss by x: how fast the loss rises as x does.")
        for step in BACKWARD:
            self.step(step, step.name, ours, theirs, "d ")
        for i in reversed(range(config.n_layers)):
            prefix = f"blocks.{i}."
            self.rule(f"back through block {i + 1} of {config.n_layers}")
            steps = BACKWARD_BLOCK if i < shown else BACKWARD_BLOCK[:1]
            if i >= shown:
                self.say(f"The same steps again (--blocks {i + 1} shows them).")
            for step in steps:
                below = f"blocks.{i - 1}.residual2" if i else "positions"
                name = below if step.name == "input" else prefix + step.name
                self.step(step, name, ours, theirs, "d ")
        self.rule("back at the start")
        for step in BACKWARD_END:
            self.step(step, step.name, ours, theirs, "d ")

    def parameter_gradients(self, ours, theirs):
        import numpy as np

        self.rule("the gradient of every parameter")
        self.say("An optimizer (training/optimizer.py) now moves each parameter against its "
                 "gradient.")
        self.say()
        self.say(f"     {'parameter':<34}{'shape':>12}  {'numpy: length':>16}{'torch: length':>16}"
                 f"{'difference':>13}")
        for name, gradient in ours.items():
            self.difference("d " + name, gradient, theirs[name])
            apart = np.abs(gradient - theirs[name]).max()
            shape = " x ".join(map(str, gradient.shape))
            self.say(f"     {name:<34}{shape:>12}  {np.linalg.norm(gradient):>16.9f}"
                     f"{np.linalg.norm(theirs[name]):>16.9f}{apart:>13.1e}")

    def verdict(self, arguments) -> int:
        roundings, name = self.worst
        agree = roundings <= ROUNDINGS
        self.say()
        self.say(f"{len(self.compared)} arrays compared; the largest difference is "
                 f"{roundings:.1f} roundings of {arguments.dtype},")
        self.say(f"at {name}.")
        self.say("Both sides did the same mathematics." if agree else
                 f"THE TWO SIDES DIFFER by more than the {ROUNDINGS} roundings that are allowed.",
                 "bold green" if agree else "bold red")
        return 0 if agree else 1
