"""The kinds of models: published sizes to the last number, and what a config refuses."""
from dataclasses import replace

import pytest

from twinformer.architectures.gemma3 import Gemma3Config
from twinformer.architectures.kinds import KINDS, all_presets, config_of, kind_of
from twinformer.architectures.llama import LlamaConfig
from twinformer.architectures.qwen3 import Qwen3Config, Qwen3MoEConfig

# As transformers counts them, built on the meta device; a tied head counts once.
PARAMETERS = {
    "gpt2": 124_439_808, "gpt2-medium": 354_823_168, "gpt2-large": 774_030_080,
    "gpt2-xl": 1_557_611_200, "llama-3.2-1b": 1_235_814_400, "llama-3.2-3b": 3_212_749_824,
    "stories260k": 260_032, "qwen3-0.6b": 596_049_920, "qwen3-1.7b": 1_720_574_976,
    "qwen3-4b": 4_022_468_096, "qwen3-4b-2507": 4_022_468_096, "qwen3-8b": 8_190_735_360,
    "qwen3-14b": 14_768_307_200, "qwen3-32b": 32_762_123_264, "qwen3-30b-a3b": 30_532_122_624,
    "qwen3-30b-a3b-2507": 30_532_122_624, "gemma-3-270m": 268_098_176,
    "gemma-3-1b": 999_885_952, "olmo-3-7b": 7_298_011_136, "olmo-3-32b": 32_233_522_176,
    "gpt-oss-20b": 20_914_757_184}
ACTIVE = {"qwen3-30b-a3b": 3_353_032_704, "gpt-oss-20b": 4_187_440_704}


@pytest.mark.parametrize("name", PARAMETERS)
def test_published_sizes(name):
    assert all_presets()[name].parameter_count() == PARAMETERS[name]


@pytest.mark.parametrize("name", ACTIVE)
def test_the_parameters_that_work_on_a_token(name):
    assert all_presets()[name].active_parameter_count() == ACTIVE[name]


@pytest.mark.parametrize("name, untied", [
    ("llama-3.2-1b", 1_498_482_688), ("qwen3-0.6b", 751_632_384), ("gemma-3-270m", 435_870_336)])
def test_an_untied_head_counts_for_itself(name, untied):
    config = replace(all_presets()[name], tie_embeddings=False)
    assert config.parameter_count() == untied


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("backend", ["numpy_impl", "torch_impl"])
def test_a_config_knows_the_parameters_of_its_model(kind, backend):
    package = pytest.importorskip(backend)
    small = KINDS[kind]
    config = small.config(**small.small)
    model = package.new_model(config, seed=None)
    shapes = {name: tuple(array.shape) for name, array in model.named_parameters()}
    assert list(shapes.items()) == list(config.parameter_shapes().items())
    assert type(model).__name__ == small.model
    assert kind_of(config) is small


def test_a_config_from_its_fields():
    config = config_of({"kind": "qwen3", **KINDS["qwen3"].small})
    assert config == Qwen3Config(**KINDS["qwen3"].small)
    assert config_of({"n_layers": 2}).kind == "gpt2"
    with pytest.raises(ValueError, match="one of gpt2, llama, .* got 'lama'"):
        config_of({"kind": "lama"})


def test_what_will_not_do_is_named():
    with pytest.raises(ValueError, match=r"n_kv_heads \(3\) does not divide model.n_heads \(4\)"):
        LlamaConfig(n_heads=4, n_kv_heads=3)
    with pytest.raises(ValueError, match="head_dim must be even, got 5"):
        LlamaConfig(head_dim=5)
    with pytest.raises(ValueError, match="d_hidden must be at least 1, got 0"):
        LlamaConfig(d_hidden=0)
    with pytest.raises(ValueError, match="kind of a LlamaConfig is llama, got 'qwen3'"):
        LlamaConfig(kind="qwen3")
    with pytest.raises(ValueError, match=r"n_active in 1..4 \(model.n_experts\), got 5"):
        Qwen3MoEConfig(n_experts=4, n_active=5)


def test_which_layers_see_a_window():
    gemma = all_presets()["gemma-3-270m"]
    everything = [layer for layer in range(gemma.n_layers) if gemma.window(layer) is None]
    assert everything == [5, 11, 17]
    olmo, oss = all_presets()["olmo-3-7b"], all_presets()["gpt-oss-20b"]
    assert [olmo.window(layer) for layer in range(4)] == [4096, 4096, 4096, None]
    assert [oss.window(layer) for layer in range(4)] == [128, None, 128, None]


def test_a_window_costs_less():
    far = Gemma3Config(window_size=10**6)
    assert Gemma3Config().flops_per_token(4096) < far.flops_per_token(4096)
