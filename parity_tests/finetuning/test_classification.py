"""The classifier's objective: the same loss and gradients in both packages,
the derivative without torch, and what padding can and cannot change."""
from itertools import product

import numpy as np
import pytest
import torch

import numpy_impl.finetuning.classification as ours
import torch_impl.finetuning.classification as theirs
from numpy_impl.finetuning.classification_head import new_head
from numpy_impl.finetuning.pooling import TOKENS
from numpy_impl.finetuning.freezing import train_only
from twinformer.models.layer_choice import layers_to_train
from twinformer.models.config import GPT2Config
from numpy_impl.models.gpt2 import GPTModel
from twinformer.batches.collate import collate_classification
from numpy_impl.training.learner import Learner
from twinformer.configs.device_config import DeviceConfig
from twinformer.configs.training_config import TrainingConfig
from torch_impl.finetuning import classification_head as torch_head
from torch_impl.finetuning.freezing import train_only as torch_train_only
from torch_impl.models import gpt2 as torch_gpt2
from torch_impl.training.learner import Learner as TorchLearner

CONFIG = GPT2Config(vocab_size=11, context_length=9, d_model=8, n_heads=2,
                    n_layers=2, dropout=0.0)
CLASSES, PAD = 3, 10
WAYS = list(product(TOKENS, [True, False], [True, False]))
every_way = pytest.mark.parametrize("token, causal, hide_padding", WAYS)


def models(seed=0):
    """The same classifier twice, in float64."""
    generator = np.random.default_rng(seed)
    one, other = GPTModel(CONFIG).to(np.float64), torch_gpt2.GPTModel(CONFIG)
    other.double()
    new_head(one, CLASSES, seed)
    torch_head.new_head(other, CLASSES, seed)
    twin = dict(other.named_parameters())
    assert [name for name, _ in one.named_parameters()] == list(twin)
    for name, array in one.named_parameters():
        array[...] = generator.normal(0, 0.5, array.shape)
        twin[name].data = torch.tensor(array)
    return one, other


def some_texts(seed=0, n=4, pad=PAD, length=None):
    generator = np.random.default_rng(seed)
    texts = [generator.integers(10, size=generator.integers(1, 8))
             for _ in range(n)]
    labels = generator.integers(CLASSES, size=n)
    return collate_classification(texts, labels, pad, length)


def tensors(batch):
    return type(batch)(*map(torch.tensor, batch))


@every_way
def test_loss_and_gradients_agree(token, causal, hide_padding):
    one, other = models()
    batch = some_texts(length=8)
    options = dict(token=token, causal=causal, hide_padding=hide_padding,
                   class_weights=(0.5, 1.0, 2.0), label_smoothing=0.1)
    objective = ours.Classification(**options)
    loss, cache = objective.forward(one, batch)
    objective.backward(1.0, one, cache)
    total = theirs.Classification(**options).forward(other, tensors(batch))
    total.backward()
    np.testing.assert_allclose(loss, total.item(), rtol=1e-13)
    for name, grad in one.named_gradients():
        expected = dict(other.named_parameters())[name].grad
        expected = np.zeros_like(grad) if expected is None else expected
        np.testing.assert_allclose(grad, expected, rtol=1e-10, atol=1e-13,
                                   err_msg=name)


@every_way
def test_the_gradient_is_the_derivative(token, causal, hide_padding):
    """No torch: along a random direction of all weights, by a central
    difference, whose error is about eps^(2/3)."""
    model, _ = models()
    batch = some_texts()
    objective = ours.Classification(token, causal, hide_padding)
    _, cache = objective.forward(model, batch)
    objective.backward(1.0, model, cache)
    generator, step = np.random.default_rng(1), 1e-5
    directions = {name: generator.standard_normal(array.shape)
                  for name, array in model.named_parameters()}
    expected = sum((grad * directions[name]).sum()
                   for name, grad in model.named_gradients())

    def loss_at(h):
        for name, array in model.named_parameters():
            array += h * directions[name]
        loss, _ = objective.forward(model, batch)
        for name, array in model.named_parameters():
            array -= h * directions[name]
        return loss

    slope = (loss_at(step) - loss_at(-step)) / (2 * step)
    np.testing.assert_allclose(slope, expected, rtol=1e-6)


@every_way
def test_what_padding_says(token, causal, hide_padding):
    """Which ids stand after a text changes no bit of its scores where it is
    neither read nor attended to, and the scores where it is."""
    one, other = models()
    objective = ours.Classification(token, causal, hide_padding)
    twin = theirs.Classification(token, causal, hide_padding)
    batches = [some_texts(pad=pad, length=9) for pad in (PAD, 3)]
    ignored = token != "last" and (causal or hide_padding)
    for found in ([objective.predict(one, batch) for batch in batches],
                  [twin.predict(other, batch) for batch in batches]):
        assert (found[0] == found[1]).all() == ignored


@pytest.mark.parametrize("token", ["first", "last_real", "mean"])
@pytest.mark.parametrize("causal, hide_padding", [(True, False),
                                                  (False, True)])
def test_how_much_padding_there_is_changes_nothing(token, causal,
                                                   hide_padding):
    """A text alone and in a batch of longer ones: the same but for the order
    of additions."""
    model, _ = models()
    objective = ours.Classification(token, causal, hide_padding)
    batch = some_texts(length=9)
    together = objective.predict(model, batch)
    for row, end in enumerate(batch.last):
        alone = type(batch)(batch.inputs[row:row + 1, :end + 1],
                            batch.labels[row:row + 1],
                            batch.last[row:row + 1])
        np.testing.assert_allclose(
            objective.predict(model, alone)[0], together[row], rtol=1e-12,
            atol=1e-13)


def test_without_a_causal_mask_the_first_token_sees_the_last():
    """And with it, it does not: the first token says the same of any text
    that begins alike, which is why the book's first-token row is so poor."""
    model, _ = models()
    texts = [[1, 2, 3, 4], [1, 2, 3, 5]]
    batch = collate_classification(texts, [0, 1], PAD)
    for causal in (True, False):
        objective = ours.Classification("first", causal)
        scores = objective.predict(model, batch)
        assert (scores[0] == scores[1]).all() == causal


@pytest.mark.parametrize("choice", ["last_layer", "last_block", "all"])
def test_accumulation_is_one_large_batch(choice):
    """Microbatches of different sizes and widths, in both packages; and what
    is frozen stays as it is."""
    training = TrainingConfig(clip_norm=0.0)
    first, second = some_texts(1, n=3), some_texts(2, n=2)
    texts = [row[:end + 1] for batch in (first, second)
             for row, end in zip(batch.inputs, batch.last, strict=True)]
    whole = collate_classification(
        texts, np.concatenate([first.labels, second.labels]), PAD)
    results, weights = [], []
    for microbatches in ([first, second], [whole]):
        for package, model in zip((0, 1), models(), strict=True):
            wanted = layers_to_train(choice, CONFIG.n_layers)
            (torch_train_only if package else train_only)(model, wanted)
            module, kind = [(ours, Learner), (theirs, TorchLearner)][package]
            before = {name: np.array(array) for name, array
                      in parameters(model).items()}
            learner = kind(model, module.Classification("mean"), training,
                         DeviceConfig(device="cpu"))
            results.append(learner.train_step(microbatches, 1, 1e-3))
            weights.append(parameters(model))
            for name, array in weights[-1].items():
                assert wanted(name) or (array == before[name]).all(), name
    for result, found in zip(results, weights, strict=True):
        np.testing.assert_allclose(result, results[0], rtol=1e-12)
        for name, array in found.items():
            np.testing.assert_allclose(array, weights[0][name], rtol=1e-6,
                                       atol=1e-8, err_msg=name)


def parameters(model):
    return {name: np.asarray(array.detach() if isinstance(array, torch.Tensor)
                             else array)
            for name, array in model.named_parameters()}


@pytest.mark.parametrize("package", [ours, theirs])
@pytest.mark.parametrize("options, message", [
    (dict(token="middle"), "must be one of first, last"),
    (dict(label_smoothing=1.0), r"expected a number in \[0, 1\), got 1")])
def test_mistakes_are_refused(package, options, message):
    with pytest.raises(ValueError, match=message):
        package.Classification(**options)
