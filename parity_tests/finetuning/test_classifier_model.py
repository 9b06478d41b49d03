"""A classifier made of a language model: what learns, and how many numbers."""
import numpy as np
import pytest
import torch

from numpy_impl.finetuning import classifier_model as ours
from twinformer.configs.classification_config import ClassificationConfig
from numpy_impl.finetuning.classification import Classification
from twinformer.models.config import GPT2Config
from twinformer.models.initialisation import initial_parameters
from numpy_impl.models.parameters import get_parameters
from twinformer.batches.collate import collate_classification
from torch_impl.finetuning import classifier_model as theirs
from torch_impl.finetuning import classification as torch_objective

CONFIG = GPT2Config(vocab_size=11, context_length=8, d_model=8, n_heads=2,
                    n_layers=3, dropout=0.1)
PARAMETERS = initial_parameters(CONFIG, 0)


def both(**settings):
    return [package.build_classifier(CONFIG, PARAMETERS, 2,
                                     ClassificationConfig(**settings), 7)
            for package in (ours, theirs)]


def learning(model):
    if isinstance(model, torch.nn.Module):
        return {name: p.numel() for name, p in model.named_parameters()
                if p.requires_grad}
    return {name: grad.size for name, grad in model.named_gradients()}


@pytest.mark.parametrize("train, expected", [
    ("last_layer", ["head."]),
    ("last_block", ["head.", "final_norm.", "blocks.2."]),
    ("last_two_blocks", ["head.", "final_norm.", "blocks.1.", "blocks.2."]),
    ("all", ["head.", "final_norm.", "blocks.0.", "blocks.1.", "blocks.2.",
             "token_embedding.", "position_embedding."])])
def test_what_learns(train, expected):
    one, other = both(train=train)
    names = learning(one)
    assert names == learning(other)
    counts = ours.parameter_counts(one)
    assert counts == theirs.parameter_counts(other)
    assert counts[0] == sum(names.values())
    assert counts[1] == sum(a.size for a in get_parameters(one).values())
    assert {name for name in get_parameters(one)
            if name.startswith(tuple(expected))} == set(names)


def test_lora_learns_beside_everything():
    one, other = both(train="lora", lora_rank=2)
    names = learning(one)
    assert names == learning(other)
    assert {name.rpartition(".")[2] for name in names} == {"A", "B"}
    assert any(name.startswith("head.") for name in names)
    assert any(name.startswith("blocks.0.") for name in names)


@pytest.mark.parametrize("train", ["last_block", "lora"])
def test_both_packages_begin_alike(train):
    """And LoRA changes nothing before it has learned."""
    batch = collate_classification([[1, 2, 3], [4, 5]], [0, 1], 10)
    plain, _ = both(train="all")
    one, other = both(train=train, dropout=0.5)
    expected = Classification().predict(plain, batch)
    np.testing.assert_array_equal(Classification().predict(one, batch),
                                  expected)
    np.testing.assert_allclose(
        torch_objective.Classification().predict(other, batch), expected,
        rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("package", [ours, theirs])
def test_what_has_learned_comes_back(package):
    model, _ = both(train="all")
    parameters = get_parameters(model)
    again = package.trained_classifier(CONFIG, parameters, 2)
    kind = Classification if package is ours else torch_objective.Classification
    batch = collate_classification([[1, 2, 3]], [0], 10)
    np.testing.assert_allclose(kind().predict(again, batch),
                               Classification().predict(model, batch),
                               rtol=1e-4, atol=1e-6)
    with pytest.raises(ValueError, match=r"head.weight is \(2, 8\) instead "
                                         r"of \(3, 8\)"):
        package.trained_classifier(CONFIG, parameters, 3)


def test_lora_of_the_published_size_has_the_published_count():
    """Rank 16 beside all Linears of GPT-2 124M with two classes: 2,666,528;
    without its arithmetic, from the shapes of the Linears."""
    D, layers, rank = 768, 12, 16
    block = (3 * rank * (D + D)            # queries, keys, values
             + rank * (D + D) + 2 * rank * (D + 4 * D))
    assert layers * block + rank * (D + 2) == 2_666_528
