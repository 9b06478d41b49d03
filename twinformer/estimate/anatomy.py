"""What all kinds of models have in common, read off a config once: widths, and which parts there
are. Everything else here asks this, not the kind.

Shapes: D model width, H query heads, G key/value heads, K head width, F feed-forward width,
V vocabulary, L layers, E experts, k of them for each token.
"""
from typing import Any, NamedTuple

__all__ = ["Anatomy", "anatomy"]

GATES = {"gpt_oss": "clamped"}      # others have SwiGLU or GeGLU, which keep the same


class Anatomy(NamedTuple):
    """A model's widths and parts."""

    D: int
    H: int
    G: int
    K: int
    F: int
    V: int
    L: int
    E: int                          # 0 = no experts
    k: int
    windows: tuple[int | None, ...]  # of each layer; None = it sees all
    modern: bool                    # RMS norms, rotary positions, gates, grouped heads
    encoder: bool                   # sees what comes later, too
    clamped: bool                   # gpt-oss's gate
    sinks: bool
    exact_gelu: bool
    norms_before: bool
    norms_behind: bool
    qk_norm: str                    # "", "head": of each head by itself, "all": of all at once
    balanced: bool                  # experts are kept equally busy
    offset_norms: bool              # the scale is 1 + offset, which torch computes every time
    dropout: float
    attention_dropout: float
    tied: bool


def anatomy(config: Any) -> Anatomy:
    """The anatomy of a config of any kind."""
    c = config

    def get(name: str, default: Any) -> Any:
        return getattr(config, name, default)

    modern = hasattr(c, "rope_theta")
    encoder = c.kind == "bert"
    block = c.block_shapes(0) if modern else {}
    q_norm = next((shape[0] for name, shape in block.items() if "attention.q_norm" in name), 0)
    head_dim = get("head_dim", c.d_model // c.n_heads)
    return Anatomy(
        D=c.d_model, H=c.n_heads, G=get("n_kv_heads", c.n_heads), K=head_dim,
        F=get("d_hidden", 4 * c.d_model), V=c.vocab_size, L=c.n_layers,
        E=get("n_experts", 0), k=get("n_active", 1),
        windows=tuple(c.window(layer) if modern else None for layer in range(c.n_layers)),
        modern=modern, encoder=encoder, clamped=GATES.get(c.kind) == "clamped",
        sinks="attention.sinks" in block,
        exact_gelu=get("activation", "") == "gelu_exact",
        norms_before=not modern or any(name.startswith("norm1.") for name in block),
        norms_behind=any(name.startswith("post_norm1.") for name in block),
        qk_norm="" if not q_norm else "head" if q_norm == head_dim else "all",
        balanced=bool(get("balance_weight", 0.0)),
        offset_norms=any(name.endswith(".offset") for name in block),
        dropout=get("dropout", 0.0),
        attention_dropout=get("attention_dropout", get("dropout", 0.0)),
        tied=get("tie_embeddings", True))
