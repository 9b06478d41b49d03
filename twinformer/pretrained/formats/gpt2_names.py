"""What GPT-2's weights are called elsewhere, and how they lie there.

    here                    Hugging Face          OpenAI (TensorFlow)
    blocks.0.norm1.weight   h.0.ln_1.weight       model/h0/ln_1/g

GPT-2 was written with 1x1 convolutions where we have Linear layers. Their
weights are (inputs, outputs), the transpose of ours: files keep them so, and
this is the one place where they are turned.

Shapes: D model width, V vocabulary, F = outputs of a layer.
"""
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

__all__ = ["Spelling", "HUGGING_FACE", "TENSORFLOW", "BUFFERS", "WRAPPERS",
           "is_turned", "spelling_of", "turned", "without_wrappers"]

# here: Hugging Face, TensorFlow
OUTER = {"token_embedding.weight": ("wte.weight", "wte"),
         "position_embedding.weight": ("wpe.weight", "wpe"),
         "final_norm.weight": ("ln_f.weight", "ln_f/g"),
         "final_norm.bias": ("ln_f.bias", "ln_f/b")}
INNER = {"norm1.weight": ("ln_1.weight", "ln_1/g"),
         "norm1.bias": ("ln_1.bias", "ln_1/b"),
         "attention.qkv.weight": ("attn.c_attn.weight", "attn/c_attn/w"),
         "attention.qkv.bias": ("attn.c_attn.bias", "attn/c_attn/b"),
         "attention.out.weight": ("attn.c_proj.weight", "attn/c_proj/w"),
         "attention.out.bias": ("attn.c_proj.bias", "attn/c_proj/b"),
         "norm2.weight": ("ln_2.weight", "ln_2/g"),
         "norm2.bias": ("ln_2.bias", "ln_2/b"),
         "feed_forward.up.weight": ("mlp.c_fc.weight", "mlp/c_fc/w"),
         "feed_forward.up.bias": ("mlp.c_fc.bias", "mlp/c_fc/b"),
         "feed_forward.down.weight": ("mlp.c_proj.weight", "mlp/c_proj/w"),
         "feed_forward.down.bias": ("mlp.c_proj.bias", "mlp/c_proj/b")}
CONV1D = ("qkv.weight", "out.weight", "up.weight", "down.weight")

# The causal mask, saved with the weights by older versions of transformers.
BUFFERS = (".attn.bias", ".attn.masked_bias")


class Spelling(NamedTuple):
    """One way to write the names of GPT-2's weights.

    Attributes
    ----------
    prefix
        Before every name; Hugging Face's own files have none.
    column
        Of OUTER and INNER.
    block
        Before the names inside a block.
    head
        The output layer, in files where it is not tied. It never was a
        convolution: (V, D), as here.
    """

    prefix: str
    column: int
    block: str
    head: str

    def __call__(self, name: str) -> str:
        """Our name -> theirs"""
        if name == "head.weight":
            return self.head
        if name in OUTER:
            return self.prefix + OUTER[name][self.column]
        _, layer, inner = name.split(".", 2)
        block = self.block.format(layer)
        return self.prefix + block + INNER[inner][self.column]


def turned(name: str, array):
    """An array of ours as it lies in their files, or back: a view."""
    return array.T if is_turned(name) else array


def is_turned(name: str) -> bool:
    """Whether the array of this name of ours lies transposed in files."""
    return name.endswith(CONV1D)


HUGGING_FACE = Spelling("transformer.", 0, "h.{}.", "lm_head.weight")
TENSORFLOW = Spelling("model/", 1, "h{}/", "model/head")


# Modules that frameworks put around others: DataParallel and DDP, compile,
# DeepSpeed, FSDP, activation checkpointing.
WRAPPERS = {"module", "_orig_mod", "_forward_module", "_fsdp_wrapped_module",
            "_checkpoint_wrapped_module"}
# Where the name of a GPT-2's weight begins, whatever stands before it.
BEGINNING = re.compile(r"(?:^|(?<=\.))(?:wte|wpe|ln_f|lm_head|h\.\d+)\.")


def without_wrappers(arrays: Mapping[str, Any]) -> dict[str, Any]:
    """{name: array} as of a model by itself: neither parallel nor compiled
    nor part of another module, such as Lightning's.

    The wrappers may stand anywhere, model. and transformer. in front.

    Raises
    ------
    ValueError
        Where two arrays would have one name: two models in one file.
    """
    if any(name.startswith("model/") for name in arrays):
        return dict(arrays)
    found: dict[str, Any] = {}
    before: dict[str, str] = {}
    body = any("transformer." in name for name in arrays)
    for name, array in arrays.items():
        short = ".".join(part for part in name.split(".")
                         if part not in WRAPPERS)
        if begins := BEGINNING.search(short):
            short = short[begins.start():]
            if body and not short.startswith("lm_head."):
                short = HUGGING_FACE.prefix + short
        if short in found:
            raise ValueError(f"{before[short]} and {name} are both "
                             f"{short}: this is more than one model")
        found[short], before[short] = array, name
    return found


def spelling_of(arrays: Mapping[str, Any]) -> Spelling:
    """How the names of a file are written."""
    if any(name.startswith("model/") for name in arrays):
        return TENSORFLOW
    if any(name.startswith("transformer.") for name in arrays):
        return HUGGING_FACE
    return HUGGING_FACE._replace(prefix="")
