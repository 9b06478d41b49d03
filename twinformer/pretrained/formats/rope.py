"""Rotary positions in a config.json, as transformers has written them over the years.

    {"rope_theta": 10000.0, "rope_scaling": {"type": "yarn", ...}}              up to version 4
    {"rope_parameters": {"rope_theta": 10000.0, "rope_type": "yarn", ...}}      from version 5 on
    {"rope_parameters": {"full_attention": {...}, "sliding_attention": {...}}}  where layers differ
"""
import math
from typing import Any

from .settings import Settings

__all__ = ["Rope", "llama3_out", "read_llama3", "read_plain", "read_yarn", "rope_of", "yarn_out"]

Rope = Settings     # with rope_theta, rope_type and what that type needs


def rope_of(settings: Settings, theta: float, layers: str | None = None,
            theta_name: str = "rope_theta") -> Rope:
    """The rotary positions of a model, or of its "full_attention" or "sliding_attention" layers

    theta : where the file has none
    theta_name : of those layers, up to version 4
    """
    new = settings.part("rope_parameters")
    old = settings.part("rope_scaling")
    nested = [name for name, value in new.content.items() if isinstance(value, dict)]
    if nested:
        if layers is None:
            if set(nested) != {"full_attention"}:
                raise ValueError(f"{settings.place}: rotary positions differ from layer to layer "
                                 f"({', '.join(nested)}), and those of {settings.model} do not")
            layers = "full_attention"
        new = new.part(layers)
    # windows never had a scaling of their own in the old files
    scaling = {} if layers == "sliding_attention" else old.content
    content = scaling | new.content
    content.setdefault("rope_theta", settings.get(theta_name, theta))
    content["rope_type"] = content.pop("rope_type", None) or content.get("type") or "default"
    content.pop("type", None)
    rope = Settings(content, new.place, settings.model)
    rope.only("partial_rotary_factor", 1.0)
    settings.only("partial_rotary_factor", 1.0)
    return rope


def read_plain(rope: Rope) -> float:
    """Theta, of positions without any scaling."""
    rope.only("rope_type", "default")
    rope.no_others(("rope_type", "rope_theta", "partial_rotary_factor"))
    return rope.number("rope_theta")


def read_llama3(rope: Rope, context_length: int) -> dict[str, Any]:
    """The fields of a LlamaConfig."""
    if rope.get("rope_type") == "default":
        return {"rope_theta": read_plain(rope)}
    rope.only("rope_type", "llama3", "default")
    rope.no_others(("rope_type", "rope_theta", "partial_rotary_factor", "factor",
                    "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"))
    return {"rope_theta": rope.number("rope_theta"), "rope_factor": rope.number("factor"),
            "rope_low_factor": rope.number("low_freq_factor"),
            "rope_high_factor": rope.number("high_freq_factor"),
            "rope_original_length": rope.whole("original_max_position_embeddings",
                                               context_length)}


def llama3_out(config: Any) -> dict[str, Any]:
    """The rope_parameters of a LlamaConfig."""
    if config.rope_factor == 1:
        return {"rope_theta": config.rope_theta, "rope_type": "default"}
    return {"rope_theta": config.rope_theta, "rope_type": "llama3", "factor": config.rope_factor,
            "low_freq_factor": config.rope_low_factor,
            "high_freq_factor": config.rope_high_factor,
            "original_max_position_embeddings": config.rope_original_length}


def read_yarn(rope: Rope, context_length: int, truncate: bool) -> dict[str, Any]:
    """The fields of a config that are about YaRN, and rope_theta

    truncate : whether the ends of its ramp are whole numbers, as this model has them
    """
    if rope.get("rope_type") == "default":
        return {"rope_theta": read_plain(rope), "yarn_factor": 1.0}
    rope.only("rope_type", "yarn", "default")
    rope.no_others(("rope_type", "rope_theta", "partial_rotary_factor", "factor", "truncate",
                    "original_max_position_embeddings", "beta_fast", "beta_slow",
                    "attention_factor"))
    rope.only("beta_fast", 32.0)
    rope.only("beta_slow", 1.0)
    factor = rope.number("factor")
    if factor < 1:
        raise ValueError(f"{rope.place}: a factor lengthens texts: expected at least 1, "
                         f"got {factor}")
    if rope.flag("truncate", True) != truncate and factor > 1:
        raise ValueError(f"{rope.place}: truncate is {not truncate}, and that of {rope.model} "
                         f"here is {truncate}; such a model cannot be computed")
    usual = 0.1 * math.log(factor) + 1
    if not math.isclose(rope.number("attention_factor", usual), usual, rel_tol=1e-6):
        raise ValueError(f"{rope.place}: attention_factor is {rope.get('attention_factor')}, and "
                         f"YaRN's is 0.1 ln(factor) + 1, {usual}; such a model cannot be "
                         "computed")
    return {"rope_theta": rope.number("rope_theta"), "yarn_factor": factor,
            "yarn_original_length": rope.whole("original_max_position_embeddings",
                                               context_length)}


def yarn_out(config: Any, truncate: bool) -> dict[str, Any]:
    """The rope_parameters of a config with YaRN."""
    if config.yarn_factor == 1:
        return {"rope_theta": config.rope_theta, "rope_type": "default"}
    return {"rope_theta": config.rope_theta, "rope_type": "yarn", "factor": config.yarn_factor,
            "original_max_position_embeddings": config.yarn_original_length,
            "beta_fast": 32.0, "beta_slow": 1.0, "truncate": truncate}
