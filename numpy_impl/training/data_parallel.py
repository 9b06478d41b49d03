"""Data parallelism in threads: parts of a batch at once, each with gradients
of its own.

A small model leaves cores idle. Its arrays are no longer than a slice or two
(layers/parallel.py), so what is not a product runs on one core, and products
as short as its own gain little from a second one. But the rows of a batch
meet nowhere before the loss, and loss and gradient are sums over rows:

    L = sum_p L_p,    dL / dw = sum_p dL_p / dw

So every part p of the rows goes forward and backward by itself, on one core,
in fewer and longer pieces. Each but the first has a replica of the model: the
same weights, and gradients of its own to add to. These are then added up in
order, and the parts depend on the shape alone: the result has the same bits
however many cores there are.
"""
import copy
import itertools

from twinformer.batches.parts import part_count
from twinformer.models.keep_masks import masks_of_parts
from ..layers.parallel import on_each_core, run_all

__all__ = ["DataParallel"]


class DataParallel:
    """A model and its objective, at work on all cores.

    model : Module
    objective
        See objective.py. Unless its rows are apart, a batch stays whole.
    """

    def __init__(self, model, objective):
        self.model, self.objective = model, objective
        self.replicas = []

    def forward_backward(self, batch, dloss, keep=None):
        """-> the loss, summed; adds dloss times its gradient to the model's"""
        parts = self.parts(batch)
        models = [self.model, *self.replicas_for(len(parts) - 1)]
        masks = [keep]
        if len(parts) > 1:
            masks = masks_of_parts(keep, [len(part[0]) for part in parts])

        def work(model, part, keep):
            if model is not self.model:
                model.zero_grad()
            total, cache = self.objective.forward(model, part, keep)
            self.objective.backward(dloss, model, cache)
            return total

        total = sum(on_each_core(work, models, parts, masks))
        add_gradients(models)
        return total

    def forward(self, batch):
        """-> the loss, summed, without dropout"""
        def work(part):
            total, _ = self.objective.forward(self.model, part)
            return total
        return sum(on_each_core(work, self.parts(batch)))

    def parts(self, batch):
        """The batch's rows, as batches that shall be worked on at once."""
        if not self.may_be_cut():
            return [batch]
        B, T = batch[0].shape
        count = part_count(self.model.config, self.size(), B, T)
        if count == 1:
            return [batch]
        edges = [B * i // count for i in range(count + 1)]
        return [rows_of(batch, slice(*pair))
                for pair in itertools.pairwise(edges)]

    def may_be_cut(self):
        """Whether rows are apart, in a model that nobody watches.

        Of models and objectives of somebody else's nothing is known.
        """
        return (getattr(self.objective, "rows_are_apart", False)
                and is_ours(self.objective) and is_ours(self.model)
                and not is_watched(self.model))

    def size(self):
        """How many numbers the model has."""
        return sum(array.size for array in self.model.parameters())

    def replicas_for(self, count):
        """So many, made when first needed, and anew where Module.to or
        requires_grad_ has given the model other arrays meanwhile."""
        if self.replicas and layout(self.replicas[0]) != layout(self.model):
            self.replicas = []
        while len(self.replicas) < count:
            self.replicas.append(replica(self.model))
        return self.replicas[:count]


def is_ours(thing):
    """Whether its class is of this package; others may let rows meet."""
    package, _, _ = __name__.partition(".")
    return type(thing).__module__.startswith(f"{package}.")


def is_watched(model):
    """Whether a layer's methods were replaced in this one model, by someone
    who looks at what it returns: of the whole batch."""
    return any("forward" in vars(module) for module in model.modules())


def rows_of(batch, rows):
    """Some rows of every array of a batch, as a batch of the same class."""
    arrays = [array[rows] for array in batch]
    return batch._make(arrays) if hasattr(batch, "_make") else tuple(arrays)


def replica(model):
    """A model of the same arrays, with gradients of its own."""
    shared = {id(array): array for array in model.parameters()}
    return copy.deepcopy(model, shared)


def layout(model):
    """Which arrays are its parameters, and which of them learn."""
    return ([id(array) for array in model.parameters()],
            [name for name, _ in model.named_gradients()])


def add_gradients(models):
    """Add the gradients of all models to those of the first, in order."""
    first, *others = (dict(model.named_gradients()) for model in models)

    def add(name):
        for gradients in others:
            first[name] += gradients[name]
    if others:
        run_all(add, first)
