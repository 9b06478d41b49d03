"""The shape of a BERT as Hugging Face writes it down: config.json."""
import json
from pathlib import Path
from typing import Any

from ...io.strict_json import json_text
from ...io.text_files import read_text
from ...architectures.bert import BertConfig

__all__ = ["bert_config_json", "read_bert_config"]

# What BERT is, and what config.json may ask for instead
FIXED = {"model_type": ("bert",), "position_embedding_type": ("absolute",),
         "is_decoder": (False,), "add_cross_attention": (False,), "tie_word_embeddings": (True,),
         "pruned_heads": ({}, []), "quantization_config": (None,)}
SIZES = {"vocab_size": "vocab_size", "context_length": "max_position_embeddings",
         "d_model": "hidden_size", "n_heads": "num_attention_heads",
         "n_layers": "num_hidden_layers", "d_hidden": "intermediate_size",
         "n_segments": "type_vocab_size"}
NUMBERS = {"dropout": ("hidden_dropout_prob", 0.1),
           "attention_dropout": ("attention_probs_dropout_prob", 0.1),
           "norm_epsilon": ("layer_norm_eps", 1e-12)}
# theirs: ours, and the first is what is written
ACTIVATIONS = {"gelu": "gelu_exact", "gelu_new": "gelu", "gelu_pytorch_tanh": "gelu",
               "gelu_python": "gelu_exact", "relu": "relu", "silu": "silu", "swish": "silu"}


def read_bert_config(path: Path) -> BertConfig:
    """A config from a config.json; the first ones do not say that they are BERT's.

    Raises
    ------
    ValueError
        Where it is incomplete, or of a model that is no BERT.
    """
    try:
        content = json.loads(read_text(path))
        if not isinstance(content, dict):
            raise ValueError(f"it holds {type(content).__name__}")
    except ValueError as problem:
        raise ValueError(f"{path} is no JSON object: {problem}") from None
    for name, allowed in FIXED.items():
        if content.get(name) is not None and content[name] not in allowed:
            raise ValueError(f"{path}: {name} is {content[name]!r}, and BERT's is "
                             f"{allowed[0]!r}; such a model cannot be computed")
    settings: dict[str, Any] = {}
    for ours, theirs in SIZES.items():
        if type(content.get(theirs)) is not int:
            raise ValueError(f"{path}: expected a whole number {theirs}, got "
                             f"{content.get(theirs, 'none')!r}")
        settings[ours] = content[theirs]
    for ours, (theirs, default) in NUMBERS.items():
        if type(value := content.get(theirs, default)) not in (int, float):
            raise ValueError(f"{path}: expected a number {theirs}, got {value!r}")
        settings[ours] = value
    act = content.get("hidden_act", "gelu")
    if act not in ACTIVATIONS:
        raise ValueError(f"{path}: hidden_act is {act!r}; those that can be computed are "
                         f"{', '.join(ACTIVATIONS)}")
    try:
        return BertConfig(**settings, activation=ACTIVATIONS[act])
    except ValueError as problem:
        raise ValueError(f"{path}: {problem}") from None


def bert_config_json(config: BertConfig, dtype: str, pad: int | None = None) -> str:
    """The text of a config.json for transformers' BertForPreTraining

    pad : the id of [PAD]; None: 0, as in the published vocabularies
    """
    act = next(theirs for theirs, ours in ACTIVATIONS.items() if ours == config.activation)
    fixed = {name: allowed[0] for name, allowed in FIXED.items()
             if name not in ("pruned_heads", "quantization_config")}
    return json_text({
        "architectures": ["BertForPreTraining"], **fixed,
        **{theirs: getattr(config, ours) for ours, theirs in SIZES.items()},
        **{theirs: getattr(config, ours) for ours, (theirs, _) in NUMBERS.items()},
        "hidden_act": act, "pad_token_id": pad or 0, "dtype": dtype}, indent=2) + "\n"
