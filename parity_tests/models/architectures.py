"""Models of transformers that are small, random and of every kind after GPT-2, and their gradients
under our names."""
from contextlib import ExitStack, contextmanager, nullcontext
from unittest import mock

import numpy as np
import safetensors.torch  # noqa: F401  its tables have to be made before in_double
import torch

from twinformer.architectures.gemma3 import Gemma3Config
from twinformer.architectures.gpt_oss import GptOssConfig
from twinformer.architectures.llama import LlamaConfig
from twinformer.architectures.olmo3 import Olmo3Config
from twinformer.architectures.qwen3 import Qwen3Config, Qwen3MoEConfig
from twinformer.pretrained.formats.registry import FORMATS

SIZES = {"vocab_size": 11, "context_length": 16, "d_model": 8, "n_heads": 4, "n_kv_heads": 2,
         "head_dim": 4, "d_hidden": 6, "n_layers": 3}
ODD = {"d_model": 9, "n_heads": 3, "n_kv_heads": 3, "head_dim": 2, "d_hidden": 5}
ONE = {"n_heads": 2, "n_kv_heads": 1, "head_dim": 6, "n_layers": 1}
EXPERTS = {"n_experts": 3, "n_active": 2}
NEAR = {"window_size": 3, "global_every": 2}
YARN = {"yarn_factor": 8.0, "yarn_original_length": 8}
PLAIN = {"yarn_factor": 1.0}


def sized(config, *changes):
    fields = dict(SIZES)
    for change in changes:
        fields |= change
    return config(**fields)


CASES = {
    "llama": sized(LlamaConfig),
    "llama, stretched": sized(LlamaConfig, {
        "rope_factor": 32.0, "rope_original_length": 8, "rope_theta": 500.0,
        "tie_embeddings": False}),
    "llama, odd": sized(LlamaConfig, ODD, {"norm_eps": 1e-6}),
    "llama, one key head": sized(LlamaConfig, ONE),
    "qwen3": sized(Qwen3Config),
    "qwen3, odd and untied": sized(Qwen3Config, ODD, {"tie_embeddings": False}),
    "qwen3, one key head": sized(Qwen3Config, ONE),
    "qwen3_moe": sized(Qwen3MoEConfig, EXPERTS),
    "qwen3_moe, as they are": sized(Qwen3MoEConfig, EXPERTS, ODD, {
        "renormalise": False, "tie_embeddings": True}),
    "qwen3_moe, one expert": sized(Qwen3MoEConfig, ONE, {"n_experts": 1, "n_active": 1}),
    "qwen3_moe, all experts": sized(Qwen3MoEConfig, {"n_experts": 3, "n_active": 3}),
    "gemma3": sized(Gemma3Config, NEAR, {"query_scale": 4.0}),
    "gemma3, window 1": sized(Gemma3Config, ODD, {
        "window_size": 1, "global_every": 3, "query_scale": 7.0, "tie_embeddings": False}),
    "gemma3, capped": sized(Gemma3Config, ONE, NEAR, {"query_scale": 2.0, "logit_cap": 3.0}),
    "olmo3": sized(Olmo3Config, NEAR, YARN),
    "olmo3, window 1": sized(Olmo3Config, ODD, PLAIN, {
        "window_size": 1, "global_every": 4, "tie_embeddings": True}),
    "olmo3, one key head": sized(Olmo3Config, ONE, YARN, {"global_every": 1}),
    "gpt_oss": sized(GptOssConfig, EXPERTS, {"window_size": 3}, YARN),
    "gpt_oss, window 1": sized(GptOssConfig, EXPERTS, ODD, PLAIN, {
        "window_size": 1, "tie_embeddings": True}),
    "gpt_oss, one expert": sized(GptOssConfig, ONE, YARN, {
        "n_experts": 1, "n_active": 1, "window_size": 2}),
    "gpt_oss, all experts": sized(GptOssConfig, {"n_experts": 3, "n_active": 3,
                                                 "window_size": 2}, YARN),
}


@contextmanager
def in_double():
    """transformers has norms, softmax and rotary angles in single precision whatever a model is
    in; here, where it says single, it gets double."""
    with ExitStack() as stack:
        for name in ("float", "float32"):
            stack.enter_context(mock.patch.object(torch, name, torch.float64))
        stack.enter_context(mock.patch.object(torch.Tensor, "float", torch.Tensor.double))
        yield


def hugging_face_of(config, seed=0, dtype=torch.float32):
    """transformers' model of a config of ours; every weight is random, norms and sinks too.

    In float64, run it in_double() as well.
    """
    from transformers import AutoConfig, AutoModelForCausalLM
    from transformers.utils import logging

    logging.disable_progress_bar()
    content = FORMATS[config.kind].config_json(config)
    del content["architectures"]
    if content["model_type"] == "gemma3":
        content["model_type"] = "gemma3_text"
    theirs = AutoConfig.for_model(content.pop("model_type"), **content, bos_token_id=None,
                                  eos_token_id=None, pad_token_id=None, use_cache=False)
    model_class = AutoModelForCausalLM._model_mapping[type(theirs)]   # imported before in_double
    with in_double() if dtype == torch.float64 else nullcontext():
        model = model_class._from_config(
            theirs, dtype=dtype, attn_implementation="eager",
            experts_implementation="eager").eval()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            norm = "norm" in name and config.kind != "gemma3"
            values = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
            parameter.copy_((1.0 if norm else 0.0) + 0.3 * values)
    return model


def by_our_names(config, tensors):
    """{our name: tensor} of {their name: tensor}, such as gradients"""
    found = {}
    for name, place in FORMATS[config.kind].places(config, tensors).items():
        tensor = tensors[place.tensor]
        if place.part:
            tensor = tensor[place.part]
        found[name] = tensor.T if place.turned else tensor
    return found


def run_transformers(model, config, ids, dlogits):
    """Logits and the gradient of every parameter, under our names"""
    model.zero_grad()
    logits = model(torch.from_numpy(ids)).logits
    logits.backward(torch.from_numpy(dlogits))
    return {"logits": logits} | by_our_names(
        config, {name: parameter.grad for name, parameter in model.named_parameters()})


def run_twin(model, ids, dlogits):
    model.zero_grad()
    logits = model(torch.from_numpy(ids))
    logits.backward(torch.from_numpy(dlogits))
    return {"logits": logits} | {       # an expert that nobody chose has no gradient
        name: torch.zeros_like(p) if p.grad is None else p.grad
        for name, p in model.named_parameters()}


def run_reference(model, ids, dlogits):
    model.zero_grad()
    logits, cache = model.forward(ids)
    model.backward(dlogits, cache)
    return {"logits": logits} | dict(model.named_gradients())


def a_case(config, length, seed, dtype):
    """Token ids and a gradient of their logits"""
    generator = np.random.default_rng(seed)
    ids = generator.integers(0, config.vocab_size, (2, length))
    return ids, generator.standard_normal((2, length, config.vocab_size)).astype(dtype)
