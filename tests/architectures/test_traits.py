"""What kinds differ in, and the sizes that one is given."""
import pytest

from twinformer.architectures.kinds import KINDS, config_of, kind_named, sized_model, small_model
from twinformer.architectures.traits import (
    balance_weight, has_dropout, lora_targets, with_dropout,
)

MIXTURES = ("qwen3_moe", "gpt_oss")


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_kind_has(kind):
    config = small_model(kind)
    assert has_dropout(config) == (kind == "gpt2")
    assert balance_weight(config) == (0.001 if kind in MIXTURES else 0.0)
    assert lora_targets(config) == (("attention.*",) if kind in MIXTURES else ("blocks.*",))
    assert with_dropout(config, 0.0) == config
    if kind == "gpt2":
        assert with_dropout(config, 0.1).dropout == 0.1
    else:
        with pytest.raises(ValueError, match=f"a {kind} has no dropout: expected 0, got 0.1"):
            with_dropout(config, 0.1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("heads", [1, 2, 3, 4])
def test_a_model_of_these_sizes(kind, heads):
    """The others follow: about as many parameters as GPT-2 has, but for what idle experts know."""
    sizes = {"vocab_size": 300, "context_length": 32, "d_model": 24 * heads, "n_heads": heads,
             "n_layers": 2}
    config = sized_model(kind, **sizes)
    assert {name: getattr(config, name) for name in sizes} == sizes
    active = getattr(config, "active_parameter_count", config.parameter_count)()
    assert 0.75 < active / sized_model("gpt2", **sizes).parameter_count() < 1.1


def test_a_config_of_fields():
    assert config_of({"d_model": 24}) == kind_named("gpt2").config(d_model=24)
    assert config_of({"kind": "llama", "n_layers": 3}).n_layers == 3
    with pytest.raises(ValueError, match="unknown setting model.dropout of a llama"):
        config_of({"kind": "llama", "dropout": 0.1})
    with pytest.raises(ValueError, match=r"model.kind must be one of gpt2, llama.*, got 'mamba'"):
        config_of({"kind": "mamba"})
