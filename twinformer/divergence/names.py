"""What the modules and parameters of a model from elsewhere are called here."""
import re

from ..adapters.names import our_name
from ..pretrained.formats.registry import FORMATS

__all__ = ["canonical", "kind_of_type"]

# What frameworks put before the names of a model that they wrap
WRAPPERS = ("module.", "_orig_mod.", "base_model.model.")

# The GPT-2 of transformers -> ours; wpe is absent, as our position_embedding
# returns the sum of both embeddings
GPT2 = {"wte": "token_embedding", "drop": "dropout", "ln_f": "final_norm", "lm_head": "head",
        "ln_1": "norm1", "ln_2": "norm2", "attn": "attention", "attn.c_attn": "attention.qkv",
        "attn.c_proj": "attention.out", "mlp": "feed_forward", "mlp.c_fc": "feed_forward.up",
        "mlp.c_proj": "feed_forward.down"}
GPT2_PARAMETERS = GPT2 | {"wpe": "position_embedding"}

# What a block of the other kinds has in it, beside what has weights of its own
BLOCK = re.compile(r"(?:model\.)?layers\.(\d+)(?:\.(self_attn|mlp))?")
INSIDE = {None: "", "self_attn": ".attention", "mlp": ".feed_forward"}


def kind_of_type(model_type: str | None) -> str:
    """The kind of a config.json's model_type; gpt2 for any that is not known."""
    return next((kind for kind, format in FORMATS.items()
                 if model_type in format.model_types), "gpt2")


def canonical(name: str, parameter: bool = False, kind: str = "gpt2") -> str:
    """A module's name without wrappers, and that of a model in transformers as ours.

    parameter : bool
        Whether the last word is that of a parameter.
    kind : str
        Of the model, if it is of transformers.
    """
    for wrapper in WRAPPERS:
        name = name.removeprefix(wrapper)
    return of_gpt2(name, parameter) if kind == "gpt2" else of_decoder(name, kind)


def of_gpt2(name: str, parameter: bool) -> str:
    path, _, last = name.rpartition(".") if parameter else (name, "", "")
    table = GPT2_PARAMETERS if parameter else GPT2
    inner = path.removeprefix("transformer.")
    words = inner.split(".")
    if words[0] == "h" and len(words) > 1 and words[1].isdecimal():
        rest = ".".join(words[2:])
        inner = ".".join(["blocks", words[1], *filter(None, [table.get(rest, rest)])])
    else:
        inner = table.get(inner, path)
    return f"{inner}.{last}" if last else inner


def of_decoder(name: str, kind: str) -> str:
    if found := BLOCK.fullmatch(name):
        return f"blocks.{found[1]}{INSIDE[found[2]]}"
    try:
        return our_name(name, kind)
    except ValueError:      # it has what ours has not, or is ours
        return name
