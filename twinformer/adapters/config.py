"""adapter_config.json: how `peft` writes down which LoRA an adapter is.

What LoRALinear computes is honoured. What it does not compute, and `peft` in
some of its versions would, is refused by the name of the field: an adapter
that loads gives the logits it gives there.
"""
import json
import math
import re
from collections import Counter
from pathlib import Path
from typing import Any

from ..io.text_files import read_text
from ..io.strict_json import json_text

__all__ = ["CONFIG_FILE", "config_text", "read_config", "alpha_of", "rank_of"]

CONFIG_FILE = "adapter_config.json"

# Fields that describe, or say how training began, or what the names and the
# shapes of the tensors tell as well.
DESCRIBING = {
    "auto_mapping", "base_model_name_or_path", "exclude_modules",
    "fan_in_fan_out", "inference_mode", "layers_pattern",
    "layers_to_transform", "megatron_config", "megatron_core",
    "modules_to_save", "peft_version", "qalora_group_size", "revision",
    "runtime_config", "target_modules", "task_type", "ensure_weight_tying",
    "eva_config", "loftq_config"}
HONOURED = {"r", "lora_alpha", "lora_dropout", "rank_pattern",
            "alpha_pattern", "use_rslora"}
# Others begin with a change of the base's weights.
PLAIN_STARTS = (True, False, "gaussian", "eva", "orthogonal")


def config_text(ranks: dict[str, int], alphas: dict[str, float],
                dropout: float, whole: list[str], base: str,
                classifier: bool, turned: bool) -> str:
    """The text of the file, for layers {peft's name: rank, alpha}.

    whole : layers that are saved as they are, without LoRA
    base : name or folder of the model that peft shall load below it
    turned : whether its Linears are laid out (inputs, outputs)
    """
    rank = Counter(ranks.values()).most_common(1)[0][0]
    alpha = Counter(alphas.values()).most_common(1)[0][0]
    return json_text({
        "peft_type": "LORA",
        "task_type": "SEQ_CLS" if classifier else "CAUSAL_LM",
        "base_model_name_or_path": base or None, "inference_mode": True,
        "r": rank, "lora_alpha": alpha, "lora_dropout": dropout,
        "rank_pattern": {n: r for n, r in ranks.items() if r != rank},
        "alpha_pattern": {n: a for n, a in alphas.items() if a != alpha},
        "target_modules": list(ranks), "modules_to_save": whole or None,
        "fan_in_fan_out": turned, "bias": "none", "use_rslora": False,
        "use_dora": False}, indent=2) + "\n"


def read_config(path: Path) -> dict[str, Any]:
    """The fields of the file.

    Raises
    ------
    FileNotFoundError
    ValueError
        Where it is none of LoRA, or asks for more than LoRALinear does.
    """
    if not path.is_file():
        raise FileNotFoundError(f"there is no {path.name} in {path.parent}; "
                                "an adapter is a folder that has one")
    try:
        config = json.loads(read_text(path))
        if not isinstance(config, dict):
            raise ValueError(f"it holds {type(config).__name__}")
    except ValueError as problem:
        raise ValueError(f"{path} is no JSON object: {problem}") from None
    if config.pop("peft_type", None) != "LORA":
        raise ValueError(f"{path} is no adapter of LoRA: its peft_type is "
                         "not LORA")
    start = config.pop("init_lora_weights", True)
    unknown = [f"{name} = {json.dumps(value)}"
               for name, value in config.items()
               if value and name not in DESCRIBING | HONOURED
               and (name, value) != ("bias", "none")]
    if start not in PLAIN_STARTS:
        unknown.append(f"init_lora_weights = {json.dumps(start)}")
    if unknown:
        raise ValueError(f"{path} asks for {', '.join(unknown)}, which LoRA "
                         "here does not compute")
    check_numbers(path, config)
    return config


def check_numbers(path, config) -> None:
    """ValueError where a rank, an alpha, a name or the dropout is none."""
    for name in ("rank_pattern", "alpha_pattern"):
        try:
            for pattern in dict(config.get(name) or {}):
                re.compile(pattern)
        except (TypeError, ValueError, re.error) as problem:
            raise ValueError(f"{path}: {name} is no {{pattern: number}} "
                             f"({problem})") from None
    modules = config.get("modules_to_save") or []
    if not (isinstance(modules, list)
            and all(type(name) is str for name in modules)):
        raise ValueError(f"{path}: modules_to_save is no list of names, got "
                         f"{modules!r}")
    ranks = [config.get("r", 8), *(config.get("rank_pattern") or {}).values()]
    alphas = [config.get("lora_alpha", 8),
              *(config.get("alpha_pattern") or {}).values()]
    if not all(type(rank) is int and rank > 0 for rank in ranks):
        raise ValueError(f"{path}: ranks are whole numbers from 1, got "
                         f"{ranks}")
    if not all(type(alpha) in (int, float) and 0 < alpha < math.inf
               for alpha in alphas):
        raise ValueError(f"{path}: expected positive alphas, got {alphas}")
    dropout = config.get("lora_dropout", 0.0)
    if type(dropout) not in (int, float) or not 0 <= dropout < 1:
        raise ValueError(f"{path}: lora_dropout must be in [0, 1), got "
                         f"{dropout!r}")


def rank_of(config: dict[str, Any], layer: str) -> int:
    """The rank that the file gives a layer of peft's name."""
    return chosen(config.get("rank_pattern"), layer, config.get("r", 8))


def alpha_of(config: dict[str, Any], layer: str) -> float:
    """The alpha with which alpha / rank is the layer's scale.

    rsLoRA (Kalajdzievski 2023, arXiv:2312.03732) scales by alpha / sqrt(rank).
    """
    alpha = chosen(config.get("alpha_pattern"), layer,
                   config.get("lora_alpha", 8))
    if config.get("use_rslora"):
        alpha *= math.sqrt(rank_of(config, layer))
    return alpha


def chosen(patterns, layer, default):
    """The value of the first pattern, a regular expression for a name or its
    end from a dot on, that fits the layer."""
    for pattern, value in (patterns or {}).items():
        if re.fullmatch(rf"(.*\.)?({pattern})", layer):
            return value
    return default
