"""The names of transformers' models are read as ours, for every kind of model."""
import pytest

from twinformer.architectures.kinds import KINDS, small_model
from twinformer.divergence.names import canonical, kind_of_type
from twinformer.pretrained.formats.registry import FORMATS


@pytest.mark.parametrize("kind", KINDS)
def test_weights_and_the_layers_that_have_them(kind):
    config = small_model(kind)
    for name, place in FORMATS[kind].places(config).items():
        if place.part:      # of an array, which here is several
            continue
        assert canonical(place.tensor, True, kind) == name
        assert canonical(f"module.{place.tensor}", True, kind) == name
        layer, _, leaf = place.tensor.rpartition(".")
        if leaf != "sinks" and layer != "transformer.wpe":
            assert canonical(layer, False, kind) == name.rpartition(".")[0]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "gpt2"])
def test_what_has_no_weights_of_its_own(kind):
    assert canonical("model.layers.11", False, kind) == "blocks.11"
    assert canonical("model.layers.3.self_attn", False, kind) == "blocks.3.attention"
    assert canonical("model.layers.3.mlp", False, kind) == "blocks.3.feed_forward"
    for name in ("model", "", "blocks.0.attention.q", "model.rotary_emb"):
        assert canonical(name, False, kind) == name


def test_the_kind_of_a_config():
    assert [kind_of_type(format.model_types[0]) for format in FORMATS.values()] == list(FORMATS)
    assert kind_of_type(None) == kind_of_type("mamba") == "gpt2"
