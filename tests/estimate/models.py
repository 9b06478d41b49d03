"""Small models of every kind, with all that their kind has."""
from dataclasses import fields

from twinformer.architectures.kinds import EVERY_KIND

__all__ = ["EVERY_SMALL", "small"]

SIZES = {"vocab_size": 4000, "context_length": 24, "d_model": 32, "n_heads": 4, "n_kv_heads": 2,
         "head_dim": 8, "d_hidden": 48, "n_layers": 3, "window_size": 8}


def small(kind: str, **changes):
    """A model of that kind; what it has no field for is passed over."""
    found = EVERY_KIND[kind]
    known = {field.name for field in fields(found.config)}
    sizes = found.small | SIZES | changes
    return found.config(**{name: value for name, value in sizes.items() if name in known})


EVERY_SMALL = [(kind, {}) for kind in EVERY_KIND] + [
    ("gpt2", {"dropout": 0.1}), ("bert", {"dropout": 0.1, "attention_dropout": 0.1}),
    ("llama", {"n_kv_heads": 4}), ("qwen3", {"tie_embeddings": False})]
