"""Everything that is under proof, in one list: how to make a case for it, how
to run it in the reference, and how to run it in the twin.

    case = component.case(source)             # sizes, parameters, inputs, dy
    run_numpy(case), run_torch(case)          # {name: array} each (running.py)
    agreement.measured_bounds(...)            # how far they may part

A new component is a line here, and a function in entering.py for what goes in.
"""
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import torch

from . import entering as enter
from .cases import Case
from .finding import found

__all__ = ["COMPONENTS", "Component", "component"]


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
        Functions: what the backward is given besides dy: "input", "inputs" (all
        of them), "output", or "cache", which forward returned as its second
        value. Where forward returns y alone, for nothing has to be kept: its
        other "arguments".
    by_name
        Inputs that the call takes by their names; None is left out.
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
    by_name: tuple[str, ...] = ()
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

    def construction(self, arguments) -> str:
        """The call of its constructor, as one writes it."""
        return f"{self.public}({', '.join(map(repr, arguments))})"

    def is_class(self) -> bool:
        return self.public[0].isupper()

    def as_written(self, inputs) -> dict:
        """The inputs as somebody calls it with, {name: value}."""
        return inputs

    def backward_name(self) -> str:
        return self.backward or f"{self.public}_backward"

    def find(self, package: str, name: str = ""):
        """The class or function in a package; AbsentError if it has none."""
        return found(package, self.room, name or self.public)


class Beside(Component):
    """A layer that is put beside a Linear: its first three arguments make
    the Linear."""

    def find(self, package, name=""):
        layer = super().find(package, name)
        base = found(package, "layers.linear", "Linear")
        return lambda D, F, bias, *rest: layer(base(D, F, bias), *rest)

    def construction(self, arguments):
        base, rest = arguments[:3], arguments[3:]
        inner = f"Linear({', '.join(map(repr, base))})"
        return f"{self.public}({', '.join([inner, *map(repr, rest)])})"


class Routing(Component):
    """A function that returns (weights, chosen): the weights are y."""

    def find(self, package, name=""):
        f = super().find(package, name)
        if name.endswith("_backward"):
            return f

        def weights(*inputs):
            y, chosen_or_cache = f(*inputs)
            return (y[0], chosen_or_cache) if isinstance(y, tuple) else y
        return weights


class Pair(Component):
    """A function that returns two numbers, or arrays: y is both of them."""

    def find(self, package, name=""):
        f = super().find(package, name)
        if name.endswith("_backward"):
            return lambda dy, cache: f(dy[0], dy[1], cache)

        def stacked(*inputs):
            found = f(*inputs)
            if isinstance(found[0], torch.Tensor):
                return torch.stack(found)
            return np.stack(found[:2]), *found[2:]
        return stacked


class Mixture(Component):
    """Experts behind a router; its arguments make both."""

    def find(self, package, name=""):
        mixture = super().find(package, name)

        def of(room, name):
            return found(package, f"layers.{room}", name)

        def make(expert, D, F, E, bias, shared, rule, options):
            feed_forward = of("gated_feed_forward", expert)
            return mixture(
                of("linear", "Linear")(D, E, bias),
                of("module", "ModuleList")([feed_forward(D, F, bias)
                                            for _ in range(E)]),
                partial(of("router", rule), **options),
                feed_forward(D, F, bias) if shared else None)
        return make

    def construction(self, arguments):
        expert, D, F, E, bias, shared, rule, options = arguments
        options = ", ".join(f"{name}={value!r}" for name, value in options.items())
        feed_forward = f"{expert}({D}, {F}, {bias})"
        return (f"{self.public}(Linear({D}, {E}, {bias}), "
                f"ModuleList([{feed_forward} for _ in range({E})]), "
                f"partial({rule}, {options})"
                + f", {feed_forward}" * shared + ")")


class Turned(Component):
    """Rotary positions: each package makes its own waves of the positions."""

    def find(self, package, name=""):
        rotate = super().find(package, name)
        rotary = found(package, self.room, "Rotary")

        def at_positions(x, positions, dim, theta, interleaved):
            waves = rotary.plain(dim, theta).waves(positions, x)
            return rotate(x, *waves, interleaved)
        return at_positions

    def as_written(self, inputs):
        """With the waves, in the place of what they are made of."""
        rotary = found("numpy_impl", self.room, "Rotary")
        x, positions, dim, theta, interleaved = inputs.values()
        cos, sin = rotary.plain(dim, theta).waves(positions, x)
        return {"x": x, "cos": cos, "sin": sin, "interleaved": interleaved}


class WithRotary(Component):
    """Attention that is given the parts of its own package: rotary positions
    and norms of queries and keys."""

    def find(self, package, name=""):
        layer = super().find(package, name)
        rotary = found(package, "layers.rotary", "Rotary")
        norm = found(package, "layers.rms_norm", "RMSNorm")

        def built(D, H, G, K, theta, interleaved, normed, **options):
            widths = {"heads": (K, K), "all": (H * K, G * K)}.get(normed)
            norms = dict(zip(("q_norm", "k_norm"), map(norm, widths or ()),
                             strict=False))
            turning = theta and rotary.plain(K, theta, interleaved)
            return layer(D, H, G, K, turning or None, **norms, **options)
        return lambda *arguments: built(*arguments[:-1], **dict(arguments[-1]))


# Why some are not asked about NaN and infinity
NOTHING_ENTERS = {"special_values": "no number of the caller's goes in"}
CHOICE = {"bfloat16": "what so few digits decide is who is chosen"}
MASKED_ROW = {"special_values":
              "of scores that are all -inf the formula makes NaN; torch's "
              "kernel takes them for masked ones, and gives 0"}

INFINITE_ROW = {"special_values":
                "of a largest logit that is infinite the formula makes NaN; "
                "torch's logsumexp returns it"}

COMPONENTS = [
    *(Component("layers.activations", name, enter.elementwise, remembers="input",
                complex_step=name not in ("relu", "gelu_exact"))
      for name in ("relu", "gelu", "gelu_exact", "silu")),
    Component("layers.softmax", "softmax", enter.elementwise, remembers="output"),
    Component("layers.softmax", "log_softmax", enter.elementwise,
              remembers="output"),
    Component("layers.softmax", "masked_softmax", enter.masked,
              backward="softmax_backward", remembers="output"),
    Component("layers.linear", "Linear", enter.linear),
    Component("layers.embedding", "Embedding", enter.embedding,
              skips=NOTHING_ENTERS),
    Component("layers.positions", "LearnedPositions", enter.positions),
    Component("layers.positions", "sinusoidal_positions", enter.sinusoids,
              remembers="arguments", skips=NOTHING_ENTERS | {
                  "bfloat16": "float64, whatever the model computes in"}),
    Component("layers.norm", "LayerNorm", enter.norm, huge=1e10),
    Component("layers.rms_norm", "RMSNorm", enter.norm, huge=1e10),
    Component("layers.rms_norm", "UnitOffsetRMSNorm", enter.norm, huge=1e10),
    Turned("layers.rotary", "rotate", enter.turned, remembers="arguments"),
    Component("layers.softcap", "soft_cap", enter.capped, remembers="bent"),
    Component("layers.embedding", "ScaledEmbedding", enter.scaled_embedding,
              skips=NOTHING_ENTERS),
    Component("layers.dropout", "Dropout", enter.dropout),
    Component("layers.feed_forward", "FeedForward", enter.feed_forward),
    *(Component("layers.gates", name, enter.gated, remembers="inputs")
      for name in ("swiglu", "geglu", "clamped_swiglu")),
    *(Component("layers.gated_feed_forward", name, enter.gated_feed_forward)
      for name in ("SwiGLU", "GeGLU", "ClampedSwiGLU")),
    Routing("layers.router", "softmax_then_top_k", enter.softmax_router),
    Routing("layers.router", "top_k_then_softmax", enter.router),
    Routing("layers.router", "sigmoid_with_groups", enter.sigmoid_router,
            skips=CHOICE),
    Mixture("layers.mixture_of_experts", "MixtureOfExperts", enter.mixture,
            skips=CHOICE),
    Component("layers.load_balance", "load_balance_loss", enter.assignments),
    Component("layers.attention", "attention", enter.attention, huge=1e3,
              skips=MASKED_ROW),
    Component("layers.attention", "attention", enter.grouped, ", in groups",
              by_name=("scale", "softcap", "sinks"), huge=1e3, skips=MASKED_ROW),
    Component("layers.flash_attention", "flash_attention", enter.tiled,
              by_name=("tile",), huge=1e3, skips=MASKED_ROW),
    Component("layers.flash_attention", "flash_attention", enter.windowed,
              ", in windows", by_name=("window", "scale", "softcap", "documents",
                                       "tile"), huge=1e3, skips=MASKED_ROW),
    Component("layers.self_attention", "simple_self_attention", enter.simple,
              huge=1e3),
    Component("layers.self_attention", "SelfAttention", enter.single_head,
              huge=1e3),
    Component("layers.self_attention", "CausalAttention", enter.causal,
              huge=1e3),
    Component("layers.self_attention", "MultiHeadAttentionWrapper",
              enter.several_heads, huge=1e3),
    Component("layers.multi_head_attention", "MultiHeadAttention",
              enter.transformer, huge=1e3, skips=MASKED_ROW),
    Component("layers.block", "TransformerBlock", enter.transformer, huge=1e3),
    WithRotary("layers.grouped_query_attention", "GroupedQueryAttention",
               enter.grouped_layer, huge=1e3, skips=MASKED_ROW),
    Component("models.gpt2", "GPTModel", enter.gpt2, huge=1e3, model=True,
              skips=NOTHING_ENTERS),
    *(Component(f"models.{room}", model, make, huge=1e3, model=True,
                skips=NOTHING_ENTERS)
      for room, model, make in (
          ("llama", "LlamaModel", enter.llama),
          ("qwen3", "Qwen3Model", enter.qwen3),
          ("qwen3_moe", "Qwen3MoEModel", enter.qwen3_moe),
          ("gemma3", "Gemma3Model", enter.gemma3),
          ("olmo3", "Olmo3Model", enter.olmo3),
          ("gpt_oss", "GptOssModel", enter.gpt_oss))),
    Component("layers.post_norm_block", "PostNormBlock", enter.post_norm,
              huge=1e3, skips=MASKED_ROW),
    Component("layers.pooler", "Pooler", enter.pooler),
    Component("layers.masked_language_head", "MaskedLanguageHead",
              enter.masked_head, huge=1e3),
    Component("models.bert", "BertModel", enter.bert, huge=1e3, model=True,
              skips=NOTHING_ENTERS),
    Component("training.loss", "cross_entropy", enter.loss),
    Pair("training.z_loss", "cross_entropy_and_z", enter.loss_and_z,
         huge=1e10, skips=INFINITE_ROW),
    Beside("finetuning.lora", "LoRALinear", enter.low_rank),
    Component("finetuning.pooling", "pool", enter.pooled),
    Component("finetuning.class_loss", "class_loss", enter.classes),
    Component("finetuning.log_probability", "sequence_log_probabilities",
              enter.answers),
    Component("finetuning.preference_loss", "dpo_loss", enter.smoothed_comparisons,
              complex_step=False),
    Component("finetuning.preference_loss", "ipo_loss", enter.comparisons),
]


def component(name: str) -> Component:
    """The entry called "layers.norm.LayerNorm"."""
    found = [part for part in COMPONENTS if part.name == name]
    if not found:
        raise ValueError(f"no component is called {name!r}; there are "
                         f"{', '.join(part.name for part in COMPONENTS)}")
    return found[0]
