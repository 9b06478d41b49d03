"""config.json of every kind after GPT-2: what is written is read, what others write is read, and
what would change the mathematics is refused by name."""
import json
from dataclasses import replace

import pytest
from transformers import AutoConfig

from twinformer.architectures.kinds import KINDS, all_presets
from twinformer.pretrained.formats.registry import FORMATS, config_text, format_of
from twinformer.pretrained.formats.settings import Settings

from parity_tests.models.architectures import CASES, SIZES

PUBLISHED = {name: config for name, config in all_presets().items()
             if config.kind != "gpt2" and name != "stories260k"}

# Settings of transformers that change nothing about what a model computes
HARMLESS = {
    "initializer_range", "use_cache", "pad_token_id", "bos_token_id", "eos_token_id",
    "output_router_logits",     # whether they are returned
    "pretraining_tp",           # into how many parts a matrix product was split
}
# and those that are about what Qwen3 here does not have: windows, layers without experts
ABSENT = {"qwen3": {"sliding_window", "max_window_layers"},
          "qwen3_moe": {"sliding_window", "intermediate_size"}}


def content_of(config, **changes):
    return json.loads(config_text(config, "float32")) | changes


def read(content):
    settings = Settings(content, "config.json")
    return format_of(settings).read_config(settings)


@pytest.mark.parametrize("config", [*CASES.values(), *PUBLISHED.values()])
def test_what_is_written_is_read(config):
    assert read(content_of(config)) == config


@pytest.mark.parametrize("config", [*CASES.values(), *PUBLISHED.values()])
def test_transformers_reads_ours_and_we_read_theirs(tmp_path, config):
    (tmp_path / "config.json").write_text(config_text(config, "float32"))
    theirs = AutoConfig.from_pretrained(tmp_path)
    assert theirs.num_hidden_layers == config.n_layers
    theirs.save_pretrained(tmp_path)
    assert read(json.loads((tmp_path / "config.json").read_text())) == config


class Asked(Settings):
    """Keeps what it was asked for."""

    names: set[str]

    def get(self, name, default=None):
        self.__dict__.setdefault("names", set()).add(name)
        return super().get(name, default)


@pytest.mark.parametrize("kind", sorted({config.kind for config in CASES.values()}))
def test_every_setting_of_transformers_is_known(kind):
    """A setting that a later version adds has to be looked at here."""
    config = CASES[kind]
    settings = Asked(content_of(config), "config.json")
    FORMATS[kind].read_config(settings)
    theirs = type(AutoConfig.for_model(content_of(config)["model_type"]))
    fields = theirs.__dataclass_fields__.keys() - theirs.__mro__[1].__dataclass_fields__.keys()
    names = {theirs.attribute_map.get(name, name) for name in settings.names}
    fields = {theirs.attribute_map.get(name, name) for name in fields}
    assert fields - names - HARMLESS - ABSENT.get(kind, set()) == set()


# What was in config.json before version 5 of transformers, from the repositories of the models
OLD = {
    "llama-3.2-1b": {
        "architectures": ["LlamaForCausalLM"], "attention_bias": False, "attention_dropout": 0.0,
        "bos_token_id": 128000, "eos_token_id": 128001, "head_dim": 64, "hidden_act": "silu",
        "hidden_size": 2048, "initializer_range": 0.02, "intermediate_size": 8192,
        "max_position_embeddings": 131072, "mlp_bias": False, "model_type": "llama",
        "num_attention_heads": 32, "num_hidden_layers": 16, "num_key_value_heads": 8,
        "pretraining_tp": 1, "rms_norm_eps": 1e-05, "rope_scaling": {
            "factor": 32.0, "high_freq_factor": 4.0, "low_freq_factor": 1.0,
            "original_max_position_embeddings": 8192, "rope_type": "llama3"},
        "rope_theta": 500000.0, "tie_word_embeddings": True, "torch_dtype": "bfloat16",
        "use_cache": True, "vocab_size": 128256},
    "qwen3-0.6b": {
        "architectures": ["Qwen3ForCausalLM"], "attention_bias": False, "attention_dropout": 0.0,
        "head_dim": 128, "hidden_act": "silu", "hidden_size": 1024, "intermediate_size": 3072,
        "max_position_embeddings": 40960, "max_window_layers": 28, "model_type": "qwen3",
        "num_attention_heads": 16, "num_hidden_layers": 28, "num_key_value_heads": 8,
        "rms_norm_eps": 1e-06, "rope_scaling": None, "rope_theta": 1000000,
        "sliding_window": None, "tie_word_embeddings": True, "use_sliding_window": False,
        "vocab_size": 151936},
    "qwen3-30b-a3b": {
        "architectures": ["Qwen3MoeForCausalLM"], "attention_bias": False,
        "attention_dropout": 0.0, "decoder_sparse_step": 1, "head_dim": 128, "hidden_act": "silu",
        "hidden_size": 2048, "intermediate_size": 6144, "max_position_embeddings": 40960,
        "max_window_layers": 48, "mlp_only_layers": [], "model_type": "qwen3_moe",
        "moe_intermediate_size": 768, "norm_topk_prob": True, "num_attention_heads": 32,
        "num_experts": 128, "num_experts_per_tok": 8, "num_hidden_layers": 48,
        "num_key_value_heads": 4, "rms_norm_eps": 1e-06, "rope_scaling": None,
        "rope_theta": 1000000.0, "router_aux_loss_coef": 0.001, "sliding_window": None,
        "tie_word_embeddings": False, "use_sliding_window": False, "vocab_size": 151936},
    "gemma-3-270m": {
        "architectures": ["Gemma3ForCausalLM"], "attention_bias": False, "attention_dropout": 0.0,
        "attn_logit_softcapping": None, "final_logit_softcapping": None, "head_dim": 256,
        "hidden_activation": "gelu_pytorch_tanh", "hidden_size": 640, "intermediate_size": 2048,
        "layer_types": (["sliding_attention"] * 5 + ["full_attention"]) * 3,
        "max_position_embeddings": 32768, "model_type": "gemma3_text", "num_attention_heads": 4,
        "num_hidden_layers": 18, "num_key_value_heads": 1, "query_pre_attn_scalar": 256,
        "rms_norm_eps": 1e-06, "rope_local_base_freq": 10000.0, "rope_scaling": None,
        "rope_theta": 1000000.0, "sliding_window": 512, "use_bidirectional_attention": False,
        "vocab_size": 262144},
    "olmo-3-7b": {
        "architectures": ["Olmo3ForCausalLM"], "attention_bias": False, "attention_dropout": 0.0,
        "hidden_act": "silu", "hidden_size": 4096, "intermediate_size": 11008,
        "layer_types": (["sliding_attention"] * 3 + ["full_attention"]) * 8,
        "max_position_embeddings": 65536, "model_type": "olmo3", "num_attention_heads": 32,
        "num_hidden_layers": 32, "num_key_value_heads": 32, "rms_norm_eps": 1e-06,
        "rope_scaling": {
            "attention_factor": 1.2079441541679836, "beta_fast": 32.0, "beta_slow": 1.0,
            "factor": 8.0, "original_max_position_embeddings": 8192, "rope_type": "yarn"},
        "rope_theta": 500000, "sliding_window": 4096, "tie_word_embeddings": False,
        "vocab_size": 100278},
    "gpt-oss-20b": {
        "architectures": ["GptOssForCausalLM"], "attention_bias": True, "attention_dropout": 0.0,
        "experts_per_token": 4, "head_dim": 64, "hidden_act": "silu", "hidden_size": 2880,
        "initial_context_length": 4096, "intermediate_size": 2880,
        "layer_types": ["sliding_attention", "full_attention"] * 12,
        "max_position_embeddings": 131072, "model_type": "gpt_oss", "num_attention_heads": 64,
        "num_experts_per_tok": 4, "num_hidden_layers": 24, "num_key_value_heads": 8,
        "num_local_experts": 32, "quantization_config": {"quant_method": "mxfp4"},
        "rms_norm_eps": 1e-05, "rope_scaling": {
            "beta_fast": 32.0, "beta_slow": 1.0, "factor": 32.0,
            "original_max_position_embeddings": 4096, "rope_type": "yarn", "truncate": False},
        "rope_theta": 150000, "router_aux_loss_coef": 0.9, "sliding_window": 128,
        "swiglu_limit": 7.0, "tie_word_embeddings": False, "vocab_size": 201088},
}


@pytest.mark.parametrize("name", OLD)
def test_config_json_of_the_published_models(name):
    expected = PUBLISHED[name]
    if name == "gpt-oss-20b":
        expected = replace(expected, balance_weight=0.9)
    assert read(OLD[name]) == expected


@pytest.mark.parametrize(("case", "change", "message"), [
    ("llama", {"hidden_act": "gelu"}, "hidden_act is 'gelu', and that of Llama here is 'silu'"),
    ("llama", {"attention_bias": True}, "attention_bias is True"),
    ("llama", {"mlp_bias": True}, "mlp_bias is True"),
    ("llama", {"attention_dropout": 0.1}, "attention_dropout is 0.1"),
    ("llama", {"rope_parameters": {"rope_type": "linear", "factor": 2.0}},
     "rope_type is 'linear'"),
    ("llama", {"rope_parameters": None, "rope_scaling": {"type": "dynamic", "factor": 2.0}},
     "rope_type is 'dynamic'"),
    ("llama", {"rope_parameters": {"rope_theta": 1e4, "partial_rotary_factor": 0.5}},
     "partial_rotary_factor is 0.5"),
    ("llama", {"partial_rotary_factor": 0.5}, "partial_rotary_factor is 0.5"),
    ("llama", {"rope_parameters": {"rope_theta": 1e4, "surprise": 3}}, "has surprise, which"),
    ("llama", {"quantization_config": {"bits": 4}}, "quantization_config is"),
    ("llama", {"num_hidden_layers": None}, "expected a whole number num_hidden_layers"),
    ("llama", {"num_hidden_layers": "2"}, "num_hidden_layers, of at least 1, got '2'"),
    ("llama", {"rms_norm_eps": "1e-5"}, "expected a number rms_norm_eps"),
    ("llama", {"tie_word_embeddings": 1}, "expected true or false for tie_word_embeddings"),
    ("llama", {"num_key_value_heads": 3}, "does not divide model.n_heads"),
    ("llama", {"model_type": "mamba"}, "model_type is 'mamba'; this is the file of another"),
    ("llama", {"rope_parameters": 3}, "expected rope_parameters to be an object, got 3"),
    ("qwen3", {"layer_types": ["sliding_attention"] * 3}, "some layers see a sliding window"),
    ("qwen3", {"use_sliding_window": True, "sliding_window": 4, "max_window_layers": 1},
     "some layers see a sliding window"),
    ("qwen3_moe", {"decoder_sparse_step": 2}, "decoder_sparse_step is 2"),
    ("qwen3_moe", {"mlp_only_layers": [0]}, r"mlp_only_layers is \[0\]"),
    ("qwen3_moe", {"use_sliding_window": True, "sliding_window": 4}, "sliding_window is 4"),
    ("qwen3_moe", {"num_experts_per_tok": 4}, r"expected model.n_active in 1\.\.3"),
    ("gemma3", {"use_bidirectional_attention": True}, "use_bidirectional_attention is True"),
    ("gemma3", {"attn_logit_softcapping": 50.0}, "attn_logit_softcapping is 50"),
    ("gemma3", {"hidden_activation": "gelu"}, "hidden_activation is 'gelu'"),
    ("gemma3", {"model_type": "gemma3", "text_config": {}}, "also looks at images"),
    ("gemma3", {"layer_types": ["full_attention", "sliding_attention", "sliding_attention"]},
     "every so many layers see the whole text"),
    ("olmo3", {"rope_parameters": {
        "full_attention": {"rope_type": "yarn", "factor": 8.0, "rope_theta": 1e4,
                           "attention_factor": 1.5},
        "sliding_attention": {"rope_type": "default", "rope_theta": 1e4}}},
     "attention_factor is 1.5"),
    ("olmo3", {"rope_parameters": {
        "full_attention": {"rope_theta": 1e4}, "sliding_attention": {"rope_theta": 1e5}}},
     "rope_theta is 100000.0 in layers with a window"),
    ("olmo3", {"rope_parameters": {
        "full_attention": {"rope_type": "yarn", "factor": 8.0, "truncate": False},
        "sliding_attention": {}}}, "truncate is False"),
    ("olmo3", {"rope_parameters": {
        "full_attention": {"rope_type": "yarn", "factor": 8.0, "beta_fast": 16.0},
        "sliding_attention": {}}}, "beta_fast is 16.0"),
    ("olmo3", {"rope_parameters": {
        "full_attention": {"rope_type": "yarn", "factor": 0.5}, "sliding_attention": {}}},
     "expected at least 1, got 0.5"),
    ("gpt_oss", {"layer_types": ["full_attention"] * 3}, "layer_types is"),
    ("gpt_oss", {"attention_bias": False}, "attention_bias is False"),
    ("gpt_oss", {"swiglu_limit": 5.0}, "swiglu_limit is 5.0"),
    ("gpt_oss", {"swiglu_alpha": 2.0}, "swiglu_alpha is 2.0"),
    ("gpt_oss", {"rope_parameters": {"rope_type": "yarn", "factor": 8.0}}, "truncate is True"),
])
def test_other_mathematics_is_refused(case, change, message):
    with pytest.raises(ValueError, match=message):
        read(content_of(CASES[case], **change))


def test_what_is_left_out_is_as_in_transformers(tmp_path):
    """The fewest settings that a file can have."""
    named = {"vocab_size": "vocab_size", "context_length": "max_position_embeddings",
             "d_model": "hidden_size", "n_heads": "num_attention_heads",
             "d_hidden": "intermediate_size", "n_layers": "num_hidden_layers"}
    sizes = {theirs: SIZES[ours] for ours, theirs in named.items()} | {
        "num_key_value_heads": 2, "num_experts_per_tok": 2, "moe_intermediate_size": 6}
    for kind in KINDS.keys() - {"gpt2", "bert"}:
        content = sizes | {"model_type": FORMATS[kind].model_types[0]}
        found = read(content)
        (tmp_path / "config.json").write_text(json.dumps(content))
        theirs = AutoConfig.from_pretrained(tmp_path)
        theirs.save_pretrained(tmp_path)
        assert read(json.loads((tmp_path / "config.json").read_text())) == found, kind


def test_capped_scores_have_no_form_in_transformers():
    with pytest.raises(ValueError, match="does not cap its scores"):
        config_text(replace(CASES["gemma3"], score_cap=2.0), "float32")
