"""What every walk from the text to the loss and back has: where it begins, and what it found."""
from .labels import ROWS, pad
from .model import WIDER
from .page import Page

__all__ = ["Tour"]

# Each number is the end of a few dozen sums of a few dozen terms, each of
# them rounded: the two sides may part by this many roundings of the largest.
ROUNDINGS = 1000


class Tour(Page):
    """A page that goes through a whole model; it lacks passes, forward and backward."""

    def introduction(self, config, arguments, model):
        count = sum(array.size for array in model.parameters())
        origin = (f"the model of {arguments.model}" if arguments.model
                  else f"a new, untrained {config.kind}")
        self.say(f"One forward and one backward pass through {origin}.")
        if not arguments.model:
            self.say(f"Its weights are random (seed {arguments.seed}), {WIDER} times as large as "
                     "GPT-2 begins with, so that one sees them.")
        self.say()
        self.say(f"blocks {config.n_layers}, width D {config.d_model}, "
                 f"{self.heads_and_width(config)}, vocabulary V {config.vocab_size},")
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
