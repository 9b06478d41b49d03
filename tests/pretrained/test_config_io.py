"""config.json and hparams.json: there, back, and refused."""
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinformer.models.config import PRESETS, GPT2Config
from twinformer.pretrained.formats.gpt2_config import (
    config_of_arrays, preset_of, read_config,
)
from twinformer.pretrained.formats.gpt2_names import spelling_of
from twinformer.pretrained.formats.registry import config_text

from parity_tests.models.checkpoints import (
    TINY, arrays_of, hugging_face, tensorflow_arrays,
)

configs = st.builds(
    lambda heads, width, **rest: GPT2Config(n_heads=heads, d_model=heads * width, **rest),
    heads=st.integers(1, 4), width=st.integers(1, 4), vocab_size=st.integers(1, 60000),
    context_length=st.integers(1, 9), n_layers=st.integers(1, 4),
    dropout=st.sampled_from([0.0, 0.1, 0.25]), qkv_bias=st.booleans(),
    tie_embeddings=st.booleans())


@given(configs)
def test_what_is_written_is_read(tmp_path_factory, config):
    path = tmp_path_factory.mktemp("files") / "config.json"
    path.write_text(config_text(config, "float32"))
    assert read_config(path) == config


def test_transformers_reads_ours_and_we_read_theirs(tmp_path):
    from transformers import GPT2Config as TheirConfig

    for config in (TINY, replace(TINY, tie_embeddings=False), PRESETS["gpt2-xl"]):
        (tmp_path / "config.json").write_text(config_text(config, "float32"))
        theirs = TheirConfig.from_pretrained(tmp_path)
        assert (theirs.n_embd, theirs.n_head, theirs.n_layer, theirs.n_positions) == (
            config.d_model, config.n_heads, config.n_layers, config.context_length)
        assert theirs.tie_word_embeddings == config.tie_embeddings
        assert theirs.activation_function == "gelu_new"
        theirs.save_pretrained(tmp_path)
        assert read_config(tmp_path / "config.json") == config


def test_openais_hparams(tmp_path):
    path = tmp_path / "hparams.json"
    path.write_text('{"n_vocab": 50257, "n_ctx": 1024, "n_embd": 1024, "n_head": 16, '
                    '"n_layer": 24}')
    assert read_config(path) == PRESETS["gpt2-medium"]


@pytest.mark.parametrize(("change", "message"), [
    ({"model_type": "llama"}, "model_type is 'llama', and GPT-2's is 'gpt2'; this is the file"),
    ({"activation_function": "relu"}, "activation_function is 'relu'"),
    ({"layer_norm_epsilon": 1e-6}, "layer_norm_epsilon is 1e-06"),
    ({"scale_attn_by_inverse_layer_idx": True}, "scale_attn_by_inverse_layer_idx is True"),
    ({"n_inner": 5}, "n_inner is 5, and GPT-2's is 4 n_embd, 32"),
    ({"n_head": None}, "expected a whole number n_head, got None"),
    ({"n_head": 3}, "does not divide model.d_model"),
    ({"n_layer": "2"}, "expected a whole number n_layer, got '2'"),
])
def test_other_models_are_refused(tmp_path, change, message):
    content = json.loads(config_text(TINY, "float32")) | change
    path = tmp_path / "config.json"
    path.write_text(json.dumps(content))
    with pytest.raises(ValueError, match=message):
        read_config(path)


@pytest.mark.parametrize("text", ["", "[]", "{", "3", "\xff"])
def test_what_is_no_json_object_is_refused(tmp_path, text):
    path = tmp_path / "config.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ValueError, match=r"config\.json is no JSON object"):
        read_config(path)


def test_shapes_tell_all_but_the_heads():
    model = hugging_face(TINY)
    for arrays in (arrays_of(model), arrays_of(model, ""), tensorflow_arrays(model)):
        arrays = {name: a[0] if a.ndim == 3 else a for name, a in arrays.items()}
        found = config_of_arrays(arrays, spelling_of(arrays))
        assert replace(found, n_heads=2) == TINY
    assert config_of_arrays({}, spelling_of({})) is None


def test_presets_are_recognised():
    for name, size in PRESETS.items():
        assert preset_of(replace(size, dropout=0.0, tie_embeddings=False)) == name
    assert preset_of(TINY) is None and preset_of(None) is None
