"""The walk through a decoder: the steps are those of its own layers, in their order."""
from .module_passes import Listened, listen
from .module_steps import LOSS, backward_step, forward_step
from .tour import Tour

__all__ = ["ModuleTour"]


class ModuleTour(Tour):
    """A page that goes through a model of any kind, one layer after the other."""

    @staticmethod
    def passes(model, model_t, ids) -> tuple[Listened, Listened]:
        """ids (1, T + 1) -> what the layers of both return, and the gradients of that"""
        return listen(model, ids), listen(model_t, ids)

    def heads_and_width(self, config) -> str:
        return (f"query heads H {config.n_heads}, key/value heads G {config.n_kv_heads}, head "
                f"width K {config.head_dim},\nfeed-forward width F {config.d_hidden}")

    def forward(self, ours, theirs, config, shown):
        self.passed(ours.calls, ours.arrays, theirs.arrays, config, shown, forward_step)
        self.step(LOSS, "loss", ours.arrays, theirs.arrays)

    def backward(self, ours, theirs, config, shown):
        self.rule("backward: from the loss to every parameter")
        self.say("dy is the gradient of the loss by what a layer returned, h and x stand for what "
                 "it was given.")
        self.passed(ours.calls[::-1], ours.gradients, theirs.gradients, config, shown,
                    backward_step, "d ")

    def passed(self, calls, ours, theirs, config, shown, step_of, prefix=""):
        """The steps of these calls; of blocks that are not shown, only the output."""
        where = None
        for name, module in calls:
            block, inner = split(name)
            step = step_of(inner, module)
            if step is None or name not in ours:
                continue
            if block != where:
                where = block
                self.title(block, config, shown)
            if block is None or block < shown or not inner:
                self.step(step, name, ours, theirs, prefix)

    def title(self, block, config, shown):
        if block is None:
            self.rule("outside of the blocks")
            return
        self.rule(f"block {block + 1} of {config.n_layers}")
        if block >= shown:
            self.say(f"The same steps, with weights of its own: --blocks {block + 1} shows them.")


def split(name: str) -> tuple[int | None, str]:
    """blocks.3.attention.q -> (3, "attention.q"); outside of them the number is None"""
    first, _, rest = name.partition(".")
    if first != "blocks":
        return None, name
    number, _, inner = rest.partition(".")
    return int(number), inner
