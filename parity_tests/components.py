"""Everything that is under proof, in one list: how to make a case for it, how
to run it in the reference, and how to run it in the twin.

The tests draw cases by Hypothesis (strategies.py); `twinformer parity` draws
them from a seed. Both then do the same three things:

    case = component.case(source)             # sizes, parameters, inputs, dy
    run_numpy(case), run_torch(case)          # {name: array} each
    agreement.measured_bounds(...)            # how far they may part

A result holds y, the gradient of every floating-point input ("dx"), and that
of every parameter ("dweight", "blocks.0.norm1.dbias"), for the cotangent dy.

A port of your own is compared by giving its package's name to `run_twin`: it
has the same folders, files and names, and follows one of the two contracts, the
reference's (forward returns (y, cache), backward) or the twin's (torch
modules).
"""
import importlib
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch

from twinformer.models.keep_masks import KeepMasks
from twinformer.models.config import GPT2Config
from twinformer.batches.collate import IGNORE
from twinformer.models.context import Context

from .agreement import measured_bounds

__all__ = ["COMPONENTS", "Case", "Component", "Seeded", "bounds_of",
           "component", "run_numpy", "run_torch", "run_twin"]


@dataclass(frozen=True)
class Case:
    """One experiment: numbers for everything that enters a component.

    Attributes
    ----------
    component
        What it is a case for.
    arguments
        Of the constructor, where the component is a class.
    parameters
        {name: float64 array}, empty for a function.
    inputs
        {name: array}, in the order of the call. Floating-point ones get a
        gradient; ids, masks and sizes do not.
    dy
        The cotangent: the gradient that arrives from above.
    keep
        Seed of the dropout masks; None = no dropout.
    rate
        Dropout rate, for functions that take it as an argument.
    mask
        Who may attend to whom, where that is an option; None = causal.
    read
        The positions that are wanted, where that is an option; None = all.
    positions
        Where the tokens stand, where that is an option; None = from 0 on.
    """

    component: "Component"
    arguments: tuple = ()
    parameters: dict[str, np.ndarray] = field(default_factory=dict)
    inputs: dict[str, Any] = field(default_factory=dict)
    dy: np.ndarray | None = None
    keep: int | None = None
    rate: float | None = None
    mask: np.ndarray | None = None
    read: np.ndarray | None = None
    positions: np.ndarray | slice | None = None

    def cast(self, dtype) -> "Case":
        """The same case with every floating-point number rounded to dtype."""
        def to(a):
            return a.astype(dtype) if is_float(a) else a
        return replace(
            self, dy=to(self.dy),
            parameters={n: to(a) for n, a in self.parameters.items()},
            inputs={n: to(a) for n, a in self.inputs.items()})

    def causal(self) -> "Case":
        """The same case with no mask of its own, and every position read."""
        first = next(iter(self.inputs.values()))
        shape = (*first.shape[:2], self.dy.shape[-1])
        return replace(self, mask=None, read=None,
                       dy=np.resize(self.dy, shape))

    def options(self, tensor: Callable = lambda a: a) -> dict[str, Any]:
        """Keyword arguments of the call: fresh keep-masks and what else was
        chosen, each for itself or, for a layer, in a context."""
        keep = None if self.keep is None else KeepMasks(self.keep)
        chosen = {"keep": keep, "rate": self.rate, "mask": tensor(self.mask),
                  "read": tensor(self.read),
                  "positions": tensor(self.positions)}
        chosen = {name: option for name, option in chosen.items()
                  if option is not None}
        if chosen and self.component.is_class() and not self.component.model:
            return {"context": Context(**chosen)}
        return chosen

    def __repr__(self):
        """Shapes and small arrays, so that a failure can be read."""
        def show(a):
            if isinstance(a, np.ndarray) and a.size > 12:
                return f"{a.dtype}{a.shape}"
            return repr(a)
        parts = [f"arguments={self.arguments}"]
        for name in ("inputs", "parameters"):
            parts += [f"{n}={show(a)}" for n, a in getattr(self, name).items()]
        parts += [f"dy={show(self.dy)}", f"keep={self.keep}"]
        return f"Case({self.component.name}: {', '.join(parts)})"


@dataclass(frozen=True)
class Component:
    """Something both packages have.

    Attributes
    ----------
    room
        Its module, "layers.norm".
    public
        Its name there, "LayerNorm".
    make
        make(source) -> (constructor arguments, inputs, shape of y, options);
        source supplies sizes and numbers, options are those of Case.
    label
        What sets this entry apart from others of the same name.
    backward
        Functions: the name of the backward, default public + "_backward".
    remembers
        Functions: what the backward is given besides dy: "input", "output",
        or "cache", which forward returned as its second value. Where forward
        returns y alone, for nothing has to be kept: its other "arguments".
    complex_step
        Whether the reference's forward can be run with complex numbers.
    huge
        The largest hostile value. Scores are products, and softmax looks at
        their difference: of scores near 1e60 rounding decides which is the
        larger, and there is nothing left to agree on. So it is with the
        deviation of a row of equal values, once its rounding is above the
        norm's own epsilon.
    model
        Whether it is a whole model, which takes keep, mask, ... one by one;
        a layer takes them in a Context. It is slow, and so tried less often.
    skips
        {proof: why}: what is not asked of it, as test_components.py calls it.
    """

    room: str
    public: str
    make: Callable
    label: str = ""
    backward: str = ""
    remembers: str = "cache"
    complex_step: bool = True
    huge: float = 1e30
    model: bool = False
    skips: dict[str, str] = field(default_factory=dict, hash=False)

    @property
    def name(self) -> str:
        return f"{self.room}.{self.public}{self.label}"

    def case(self, source) -> Case:
        """Draw a case: from a seed, `Seeded(7)`, or by Hypothesis."""
        arguments, inputs, y_shape, options = self.make(source)
        parameters = {}
        if self.is_class():
            layer = self.find("numpy_impl")(*arguments)
            parameters = {name: source.parameter(array.shape)
                          for name, array in layer.named_parameters()}
        return Case(self, arguments, parameters, inputs,
                    np.asarray(source.numbers(y_shape)), **options)

    def is_class(self) -> bool:
        return self.public[0].isupper()

    def find(self, package: str, name: str = ""):
        """The class or function in a package of these folders."""
        module = importlib.import_module(f"{package}.{self.room}")
        return getattr(module, name or self.public)


class Beside(Component):
    """A layer that is put beside a Linear: its first three arguments make
    the Linear."""

    def find(self, package, name=""):
        layer = super().find(package, name)
        base = importlib.import_module(f"{package}.layers.linear").Linear
        return lambda D, F, bias, *rest: layer(base(D, F, bias), *rest)


class Seeded:
    """Sizes and numbers from a seed, in general position.

    seed : int or sequence of int
    largest : int
        Sizes are drawn from 1 to this (times what a component asks for).
    """

    def __init__(self, seed, largest: int = 1):
        self.generator = np.random.default_rng(seed)
        self.largest = largest

    def size(self, most: int, least: int = 1) -> int:
        return int(self.generator.integers(least, most * self.largest + 1))

    def choice(self, options):
        return options[int(self.generator.integers(len(options)))]

    def numbers(self, shape) -> np.ndarray:
        return self.generator.standard_normal(shape)

    def parameter(self, shape) -> np.ndarray:
        return self.generator.standard_normal(shape) / max(shape[-1], 1) ** 0.5

    def ids(self, shape, below: int) -> np.ndarray:
        return self.generator.integers(below, size=shape)

    def mask(self, shape) -> np.ndarray:
        return self.generator.random(shape) < 0.7

    def seed(self) -> int:
        return int(self.generator.integers(2**31))


# -- running a case ----------------------------------------------------------

def run_numpy(case: Case, package: str = "numpy_impl") -> dict[str, Any]:
    """{name: array} by the reference's contract, in the dtype of the case."""
    part = case.component
    inputs, options = list(case.inputs.values()), case.options()
    with np.errstate(all="ignore"):
        if part.is_class():
            layer = load(part.find(package)(*case.arguments), case)
            result = layer.forward(*inputs, **options)
            backward = layer.backward
        else:
            layer = None
            result = part.find(package)(*inputs, **options)
            name = part.backward or part.public + "_backward"
            backward = part.find(package, name) if case.floats() else None
        y, *memory = {"cache": lambda: result,
                      "arguments": lambda: (result, *inputs[1:]),
                      "output": lambda: (result, result),
                      "input": lambda: (result, inputs[0])}[part.remembers]()
        found = {"y": np.array(y)}
        if backward:
            grads = backward(case.dy, *memory)
            grads = grads if isinstance(grads, (tuple, list)) else [grads]
            found |= {f"d{name}": grad for name, grad
                      in zip(case.floats(), grads, strict=False)}
    if layer is not None:
        found |= {gradient_name(name): grad
                  for name, grad in layer.named_gradients()}
    return found


def run_torch(case: Case, package: str = "torch_impl", *, fused: bool = True,
              dtype: torch.dtype | None = None, device: str = "cpu",
              keep_graph: bool = False) -> dict[str, torch.Tensor]:
    """{name: tensor} by the twin's contract: y, and gradients by autograd.

    fused : bool
        Whether the layers call torch's fused kernels (torch_impl.layers.fused)
        or spell every step out.
    dtype, device
        Where and in which precision to compute; the case's own dtype if None.
    """
    part = case.component

    def tensor(a):
        if not isinstance(a, np.ndarray):
            return a
        t = torch.from_numpy(a)
        return t.to(device, dtype if t.is_floating_point() else None)

    inputs = {name: tensor(a) for name, a in case.inputs.items()}
    wanted = {f"d{name}": inputs[name].detach().requires_grad_()
              for name in case.floats()}
    inputs |= {name: wanted[f"d{name}"] for name in case.floats()}
    with nullcontext() if fused else spelled_out(package):
        f = part.find(package)
        if part.is_class():
            f = f(*case.arguments).eval().to(device)
            f = load(f, case, dtype)
            wanted |= {gradient_name(name): parameter
                       for name, parameter in f.named_parameters()}
        y = f(*inputs.values(), **case.options(tensor))
        found = {"y": y}
        if wanted and y.requires_grad:
            grads = torch.autograd.grad(y, list(wanted.values()),
                                        tensor(case.dy), allow_unused=True)
            found |= {name: torch.zeros_like(of) if grad is None else grad
                      for (name, of), grad
                      in zip(wanted.items(), grads, strict=True)}
    return found


def run_twin(case: Case, package: str, **options) -> dict[str, Any]:
    """By whichever contract the package follows."""
    module = importlib.import_module(f"{package}.layers.module").Module
    if issubclass(module, torch.nn.Module):
        return run_torch(case, package, **options)
    return run_numpy(case, package)


def bounds_of(case: Case, **options):
    """The result of the spelled-out twin, and how far each number of it may
    be off in float64: two dictionaries of arrays. options: measured_bounds."""
    case = case.cast(np.float64)  # packed: no fused kernel takes a strided one
    return measured_bounds(lambda: run_torch(case, fused=False),
                           lambda: run_torch(case), **options)


def spelled_out(package: str):
    return importlib.import_module(f"{package}.layers.fused").spelled_out()


def load(layer, case: Case, dtype=None):
    """Give a new layer the case's dtype and parameters."""
    arrays = case.parameters
    if isinstance(layer, torch.nn.Module):
        own = dict(layer.named_parameters())
        with torch.no_grad():
            for name, a in arrays.items():
                data = torch.from_numpy(a).to(own[name].device, dtype)
                own[name].data = data.clone()
        return layer
    if arrays:
        layer.to(next(iter(arrays.values())).dtype)
    for name, own in layer.named_parameters():
        own[...] = arrays[name]
    return layer


def gradient_name(name: str) -> str:
    """"norm1.weight" -> "norm1.dweight" """
    path, dot, last = name.rpartition(".")
    return f"{path}{dot}d{last}"


def is_float(a) -> bool:
    return isinstance(a, np.ndarray) and a.dtype.kind in "fc"


def floats(case: Case) -> list[str]:
    return [name for name, a in case.inputs.items() if is_float(a)]


Case.floats = floats


# -- the list ----------------------------------------------------------------

def leading(source, most=3):
    """Any leading axes: none to three."""
    return tuple(source.size(3) for _ in range(source.size(most + 1) - 1))


def elementwise(source):
    shape = (*leading(source), source.size(9))
    return (), {"x": source.numbers(shape)}, shape, {}


def masked(source):
    arguments, inputs, shape, options = elementwise(source)
    return arguments, inputs | {"mask": source.mask(shape)}, shape, options


def linear(source):
    D, F, axes = source.size(9), source.size(9), leading(source)
    return ((D, F, source.choice([True, False])),
            {"x": source.numbers((*axes, D))}, (*axes, F), {})


def low_rank(source):
    D, axes = source.size(9), leading(source)
    parts = source.choice([1, 1, 2, 3])
    F, rank = parts * source.size(4), source.size(4)
    alpha, rate = source.choice([0.5, 1.0, 8.0]), source.choice([0.0, 0.3])
    return ((D, F, source.choice([True, False]), rank, alpha, rate, parts),
            {"x": source.numbers((*axes, D))}, (*axes, F),
            {"keep": source.choice([None, source.seed()])})


def embedding(source):
    V, D, axes = source.size(7), source.size(6), leading(source)
    return (V, D), {"ids": source.ids(axes, V)}, (*axes, D), {}


def positions(source):
    T, D, axes = source.size(7), source.size(6), leading(source, 2)
    start = source.size(4) - 1
    length = start + T + source.size(3) - 1
    shape = (*axes, T, D)
    return ((length, D), {"x": source.numbers(shape)}, shape,
            {"positions": source.choice([
                None, slice(start, start + T),
                source.ids((*axes, T), length)])})


def sinusoids(source):
    T, D = source.size(20), 2 * source.size(9)
    return (), {"length": T, "dim": D}, (T, D), {}


def norm(source):
    arguments, inputs, shape, options = elementwise(source)
    return shape[-1:], inputs, shape, options


def dropout(source):
    arguments, inputs, shape, _ = elementwise(source)
    return ((source.choice([0.0, 0.1, 0.5, 0.9]),), inputs, shape,
            {"keep": source.choice([None, source.seed()])})


def feed_forward(source):
    D, F, axes = source.size(7), source.size(9), leading(source)
    return (D, F), {"x": source.numbers((*axes, D))}, (*axes, D), {}


def attention(source):
    axes, K = leading(source, 2), source.size(5)
    T, S = source.size(7), source.size(7)
    inputs = {"q": source.numbers((*axes, T, K)),
              "k": source.numbers((*axes, S, K)),
              "v": source.numbers((*axes, S, K)),
              "mask": source.mask((T, S))}
    drop = source.choice([{}, {"keep": source.seed(), "rate": 0.3}])
    return (), inputs, (*axes, T, K), drop


def tiled(source):
    B, H, K = source.size(3), source.size(3), source.size(5)
    T = source.size(8)
    S = T + source.choice([0, 0, source.size(6)])
    inputs = {"q": source.numbers((B, H, T, K)),
              "k": source.numbers((B, H, S, K)),
              "v": source.numbers((B, H, S, K)),
              "tile": (source.size(4), source.size(4))}
    return (), inputs, (B, H, T, K), {}


def simple(source):
    shape = (*leading(source, 2), source.size(7), source.size(6))
    return (), {"x": source.numbers(shape)}, shape, {}


def single_head(source):
    axes, T, D, K = leading(source, 2), *map(source.size, (7, 5, 5))
    return ((D, K, source.choice([True, False])),
            {"x": source.numbers((*axes, T, D))}, (*axes, T, K), {})


def causal(source):
    (D, K, bias), inputs, shape, _ = single_head(source)
    rate, keep = source.choice([0.0, 0.3]), source.choice([None, source.seed()])
    return (D, K, rate, bias), inputs, shape, {"keep": keep}


def several_heads(source):
    (D, K, rate, bias), inputs, shape, options = causal(source)
    H = source.size(3)
    return ((D, K, H, rate, bias), inputs, (*shape[:-1], H * K), options)


def who_attends(source, B, T):
    """Causal, or a mask: of all sequences, or one for each."""
    shape = source.choice([None, (T, T), (B, T, T)])
    return None if shape is None else source.mask(shape)


def who_is_read(source, B, T):
    """All, or some positions of each sequence, repeated ones too."""
    P = source.choice([None, 1, source.size(4)])
    return (None if P is None else source.ids((B, P), T)), P


def transformer(source):
    B, T, H, K = map(source.size, (3, 7, 3, 4))
    read, P = who_is_read(source, B, T)
    rate, keep = source.choice([0.0, 0.3]), source.choice([None, source.seed()])
    return ((H * K, H, rate, source.choice([True, False])),
            {"x": source.numbers((B, T, H * K))}, (B, P or T, H * K),
            {"keep": keep, "mask": who_attends(source, B, T), "read": read})


def gpt2(source):
    B, T, H, K, V = map(source.size, (3, 6, 3, 4, 11))
    length = T + source.size(3) - 1
    config = GPT2Config(
        vocab_size=V, context_length=length, d_model=H * K,
        n_heads=H, n_layers=source.size(2), dropout=source.choice([0.0, 0.2]),
        qkv_bias=source.choice([True, False]),
        tie_embeddings=source.choice([True, False]))
    read, P = who_is_read(source, B, T)
    return ((config,), {"ids": source.ids((B, T), V)}, (B, P or T, V),
            {"keep": source.choice([None, source.seed()]),
             "mask": who_attends(source, B, T), "read": read,
             "positions": source.choice([None, source.ids((B, T), length)])})


def loss(source):
    axes, V = leading(source), source.size(9)
    reduction = source.choice(["mean", "sum", "none"])
    targets = np.where(source.mask(axes), source.ids(axes, V), IGNORE)
    return ((), {"logits": source.numbers((*axes, V)), "targets": targets,
                 "ignore_index": IGNORE, "reduction": reduction},
            axes if reduction == "none" else (), {})


def answers(source):
    B, T, V = map(source.size, (4, 7, 9))
    targets = np.where(source.mask((B, T)), source.ids((B, T), V), IGNORE)
    return ((), {"logits": source.numbers((B, T, V)), "targets": targets,
                 "average": source.choice([True, False])}, (B,), {})


def comparisons(source):
    axes = leading(source)
    return ((), {"margins": source.numbers(axes),
                 "beta": source.choice([0.1, 0.5, 2.0])}, axes, {})


def smoothed_comparisons(source):
    arguments, inputs, axes, options = comparisons(source)
    smoothing = source.choice([0.0, 0.1, 0.5])
    return arguments, inputs | {"label_smoothing": smoothing}, axes, options


def pooled(source):
    B, T, C = map(source.size, (4, 7, 5))
    token = source.choice(["first", "last", "last_real", "mean"])
    return ((), {"logits": source.numbers((B, T, C)),
                 "last": source.ids((B,), T), "token": token}, (B, C), {})


def classes(source):
    B, C = map(source.size, (5, 6))
    weights = tuple((0.25 + source.ids((C,), 8)).tolist())
    return ((), {"scores": source.numbers((B, C)),
                 "labels": source.ids((B,), C),
                 "class_weights": source.choice([None, weights]),
                 "label_smoothing": source.choice([0.0, 0.1, 0.5])}, (), {})


# Why some are not asked about NaN and infinity
NOTHING_ENTERS = {"special_values": "no number of the caller's goes in"}
MASKED_ROW = {"special_values":
              "of scores that are all -inf the formula makes NaN; torch's "
              "kernel takes them for masked ones, and gives 0"}
UNSMOOTHED = {"special_values":
              "of a class with score -inf, 0 times its surprise is NaN; torch "
              "leaves the product out where no label is smoothed"}

COMPONENTS = [
    *(Component("layers.activations", name, elementwise, remembers="input",
                complex_step=name not in ("relu", "gelu_exact"))
      for name in ("relu", "gelu", "gelu_exact", "silu")),
    Component("layers.softmax", "softmax", elementwise, remembers="output"),
    Component("layers.softmax", "log_softmax", elementwise,
              remembers="output"),
    Component("layers.softmax", "masked_softmax", masked,
              backward="softmax_backward", remembers="output"),
    Component("layers.linear", "Linear", linear),
    Component("layers.embedding", "Embedding", embedding,
              skips=NOTHING_ENTERS),
    Component("layers.positions", "LearnedPositions", positions),
    Component("layers.positions", "sinusoidal_positions", sinusoids,
              remembers="arguments", skips=NOTHING_ENTERS | {
                  "bfloat16": "float64, whatever the model computes in"}),
    Component("layers.norm", "LayerNorm", norm, huge=1e10),
    Component("layers.dropout", "Dropout", dropout),
    Component("layers.feed_forward", "FeedForward", feed_forward),
    Component("layers.attention", "attention", attention, huge=1e3,
              skips=MASKED_ROW),
    Component("layers.flash_attention", "flash_attention", tiled, huge=1e3,
              skips=MASKED_ROW),
    Component("layers.self_attention", "simple_self_attention", simple,
              huge=1e3),
    Component("layers.self_attention", "SelfAttention", single_head,
              huge=1e3),
    Component("layers.self_attention", "CausalAttention", causal,
              huge=1e3),
    Component("layers.self_attention", "MultiHeadAttentionWrapper",
              several_heads, huge=1e3),
    Component("layers.multi_head_attention", "MultiHeadAttention",
              transformer, huge=1e3, skips=MASKED_ROW),
    Component("layers.block", "TransformerBlock", transformer, huge=1e3),
    Component("models.gpt2", "GPTModel", gpt2, huge=1e3, model=True,
              skips=NOTHING_ENTERS),
    Component("training.loss", "cross_entropy", loss),
    Beside("finetuning.lora", "LoRALinear", low_rank),
    Component("finetuning.pooling", "pool", pooled),
    Component("finetuning.class_loss", "class_loss", classes,
              skips=UNSMOOTHED),
    Component("finetuning.log_probability", "sequence_log_probabilities",
              answers),
    Component("finetuning.preference_loss", "dpo_loss", smoothed_comparisons,
              complex_step=False),
    Component("finetuning.preference_loss", "ipo_loss", comparisons),
]


def component(name: str) -> Component:
    """The entry called "layers.norm.LayerNorm"."""
    found = [part for part in COMPONENTS if part.name == name]
    if not found:
        raise ValueError(f"no component is called {name!r}; there are "
                         f"{', '.join(part.name for part in COMPONENTS)}")
    return found[0]
