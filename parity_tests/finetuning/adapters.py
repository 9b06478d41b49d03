"""Random bases, adapters for them, and peft beside them."""
import numpy as np
import pytest
import torch

import numpy_impl.finetuning.lora_adapters as ours
import torch_impl.finetuning.lora_adapters as theirs
from numpy_impl.finetuning.freezing import train_only
from numpy_impl.finetuning.lora_model import add_lora, is_lora, lora_layers
from numpy_impl.layers.linear import Linear
from numpy_impl.models.parameters import get_parameters
from numpy_impl.models.pretrained import load_pretrained, model_of, save_pretrained
from torch_impl.models.pretrained import load_pretrained as load_torch
from twinformer.models.initialisation import initial_parameters

from ..agreement import assert_agree
from ..bounds import measured_bounds
from ..models.checkpoints import TINY

IDS = np.array([[1, 2, 3], [4, 5, 10]])
SIDES = pytest.mark.parametrize("side, load", [(ours, load_pretrained), (theirs, load_torch)],
                                ids=["numpy", "torch"])


def random_base(folder, seed=0, config=TINY):
    """A folder with a random GPT-2 in float64, and the model."""
    generator = np.random.default_rng(seed)
    model = model_of(config, {
        name: array + 0.3 * generator.standard_normal(array.shape)
        for name, array in initial_parameters(config, seed).items()})
    save_pretrained(model, folder)
    return model


def with_lora(folder, seed=0, config=TINY, **options):
    model = random_base(folder, seed, config)
    add_lora(model, **{"rank": 2, "alpha": 3.0} | options)
    generator = np.random.default_rng([seed, 1])
    for layer in lora_layers(model).values():
        layer.B[...] = generator.standard_normal(layer.B.shape)
    return model


def classifier(folder, bias, targets, seed=0):
    """With a new head of 3 classes, with LoRA or trained as it is."""
    model = random_base(folder, seed)
    model.head = Linear(TINY.d_model, 3, bias).to(np.float64)
    generator = np.random.default_rng(seed)
    for array in get_parameters(model.head).values():
        array[...] = generator.standard_normal(array.shape)
    add_lora(model, 2, 3, targets=targets)
    if "head" not in targets:
        train_only(model, lambda name: is_lora(name) or name.startswith("head."))
    for layer in lora_layers(model).values():
        layer.B[...] = generator.standard_normal(layer.B.shape)
    return model


def peft_of(base, folder, kind="GPT2LMHeadModel", **options):
    peft, transformers = pytest.importorskip("peft"), pytest.importorskip("transformers")
    model = getattr(transformers, kind).from_pretrained(
        base, dtype=torch.float64, attn_implementation="eager", **options)
    return peft.PeftModel.from_pretrained(model, folder)


def same_logits(peft, twin, model):
    """Of the reference's model and its twin, as peft's."""
    ids = torch.from_numpy(IDS)
    exact, bounds = measured_bounds(lambda: {"logits": peft(ids).logits},
                                    lambda: {"logits": twin(ids)})
    assert_agree(twin(ids), exact["logits"], bounds["logits"])
    assert_agree(model.forward(IDS)[0], exact["logits"], bounds["logits"])
