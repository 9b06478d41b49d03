"""Load balance: transformers' auxiliary loss, and how it reaches the routers."""
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import numpy_impl
import torch_impl
from numpy_impl.layers import load_balance as ours
from numpy_impl.layers.router import choose
from torch_impl.layers import load_balance as theirs
from torch_impl.layers.fused import spelled_out
from twinformer.configs.device_config import DeviceConfig
from twinformer.configs.training_config import TrainingConfig
from twinformer.models.context import Context

from ..agreement import assert_agree, assert_drift, assert_rounding
from ..bounds import measured_bounds


def drawn(seed, layers=3, N=10, E=4, k=2):
    """A list of (logits, chosen), one for each layer"""
    draw = np.random.default_rng(seed)
    logits = [2 * draw.normal(size=(N, E)) for _ in range(layers)]
    return [(z, choose(z, k)) for z in logits]


def collected(package, layers, kept=None, tensor=lambda a: a):
    balance = package.LoadBalance(kept)
    for logits, chosen in layers:
        balance.append(logits, tensor(chosen))
    return balance


@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize(("E", "k"), [(1, 1), (4, 1), (4, 2), (8, 8), (9, 3)])
def test_it_is_that_of_transformers(E, k, padded, monkeypatch):
    """All layers together, padding left out; in float64, with its gradient."""
    qwen = pytest.importorskip("transformers.models.qwen3_moe.modeling_qwen3_moe")
    monkeypatch.setattr(torch, "float32", torch.float64)  # what it computes in
    monkeypatch.setattr(torch.Tensor, "float", torch.Tensor.double)
    layers, kept = drawn(E, E=E, k=k), None
    mask = np.random.default_rng(0).random((2, 5)) < 0.6
    if padded:
        kept = mask
    leaves = [torch.tensor(z, requires_grad=True) for z, _ in layers]
    loss = qwen.load_balancing_loss_func(
        tuple(leaves), E, k, torch.from_numpy(mask) if padded else None)
    balance = collected(ours, layers, kept)
    assert_rounding(balance.loss(0.5), 0.5 * loss.detach(), 10 * E)
    balance.backward(3.0)
    for layer, grad in enumerate(torch.autograd.grad(1.5 * loss, leaves)):
        nothing = np.zeros((10, E))
        assert_rounding(balance.add_gradient(nothing, layer), grad, 40 * E,
                        size=1.5 * E)


@given(st.integers(1, 6), st.integers(1, 5), st.integers(0, 9))
def test_even_use_costs_k_and_has_no_gradient(E, k, seed):
    """The smallest value for k = 1; whatever the shares are, if all experts
    are used equally often, P sums to 1 and the loss is k."""
    k = min(k, E)
    draw = np.random.default_rng(seed)
    turns = np.arange(E)[:, None] + np.arange(k)         # each expert k times
    logits = draw.normal(size=(E, E))
    loss, cache = ours.load_balance_loss(logits, turns % E)
    assert_rounding(loss, float(k), 4 * E)
    assert_rounding(ours.load_balance_loss_backward(1.0, cache),
                    np.zeros((E, E)), 4 * E, size=k)


def test_one_expert_for_everyone_costs_as_much_as_there_are():
    logits = np.zeros((6, 4))
    logits[:, 2] = 100
    loss, _ = ours.load_balance_loss(logits, np.full((6, 1), 2))
    assert_rounding(loss, 4.0, 6)


def test_padding_counts_for_nothing():
    """Nor does a batch of nothing else divide by 0."""
    layers = drawn(1, layers=1)
    kept = np.arange(10) < 6
    there, _ = ours.load_balance_loss(*(a[:6] for a in layers[0]))
    padded, cache = ours.load_balance_loss(*layers[0], kept)
    assert_rounding(padded, there, 10)
    assert not ours.load_balance_loss_backward(1.0, cache)[6:].any()
    nothing, _ = ours.load_balance_loss(*layers[0], kept & False)
    assert nothing == 0


def test_layers_may_have_different_numbers_of_tokens():
    """Where a model reads some positions alone, its last layer has fewer."""
    layers = drawn(2, layers=1) + drawn(3, layers=1, N=4)
    balance = collected(ours, layers)
    leaves = [torch.tensor(z, requires_grad=True) for z, _ in layers]
    twin = collected(theirs, [(leaf, chosen) for leaf, (_, chosen)
                              in zip(leaves, layers, strict=True)],
                     tensor=torch.from_numpy).loss(2.0)
    assert_rounding(balance.loss(2.0), twin.detach(), 14)
    balance.backward(1.0)
    for layer, grad in enumerate(torch.autograd.grad(twin, leaves)):
        assert_rounding(balance.add_gradient(np.zeros(grad.shape), layer),
                        grad, 40, size=8)


@pytest.mark.parametrize("package", [ours, theirs])
def test_a_model_without_experts_has_nothing_to_balance(package):
    balance = package.LoadBalance()
    assert balance.loss(0.1) == 0
    if package is ours:
        balance.backward(1.0)
        assert balance.dlogits is None


def test_without_its_backward_nothing_is_added():
    balance = collected(ours, drawn(0))
    balance.loss()
    dlogits = np.ones((10, 4))
    assert balance.add_gradient(dlogits, 1) is dlogits


# -- through the layers and the objective -------------------------------------

class Tiny:
    """Two mixtures of experts, one after the other, as a model of tokens."""

    def build(self, package, seed):
        def mixture(name):
            return package.MixtureOfExperts(
                package.Linear(5, 4, False, seed=seed + name),
                package.ModuleList([package.SwiGLU(5, 3, seed=seed + name + e)
                                    for e in range(4)]),
                partial(package.softmax_then_top_k, top_k=2))
        self.embedding = package.Embedding(7, 5, seed=seed)
        self.first, self.second = mixture(10), mixture(20)
        self.reset_parameters(seed, 1.0)  # so that the routers decide


class TinyNumPy(Tiny, numpy_impl.Module):
    def __init__(self, seed=0):
        super().__init__()
        self.build(numpy_impl, seed)
        self.to(np.float64)

    def forward(self, ids, keep=None, balance=None):
        context = Context(keep=keep, balance=balance)
        x, ids = self.embedding.forward(ids)
        y, first = self.first.forward(x, context)
        z, second = self.second.forward(x + y, context)
        return x + y + z, (ids, first, second)

    def backward(self, dx, cache):
        ids, first, second = cache
        dx = dx + self.second.backward(dx, second)
        dx = dx + self.first.backward(dx, first)
        self.embedding.backward(dx, ids)


class TinyTorch(Tiny, torch_impl.Module):
    def __init__(self, seed=0):
        super().__init__()
        self.build(torch_impl, seed)
        self.double()

    def forward(self, ids, keep=None, balance=None):
        context = Context(keep=keep, balance=balance)
        x = self.embedding(ids)
        y = self.first(x, context)
        z = self.second(x + y, context)
        return x + y + z


def batches(seed=0, sizes=(3,)):
    draw = np.random.default_rng(seed)
    for size in sizes:
        targets = draw.integers(5, size=(size, 4))
        targets[0, :2] = -100
        yield draw.integers(7, size=(size, 4)), targets


@pytest.mark.parametrize("coefficient", [0.0, 0.7])
def test_the_objective_adds_its_gradient_and_stays_in_nats(coefficient):
    """Every weight's gradient, as autograd says; the loss is that without."""
    batch, = batches()
    model, twin = TinyNumPy(), TinyTorch()

    def by_autograd():
        twin.zero_grad()
        objective = torch_impl.NextTokens(coefficient)
        nats = objective.forward(twin, tuple(map(torch.from_numpy, batch)))
        (nats / 7).backward()
        return {"nats": nats} | {
            name: torch.zeros_like(p) if p.grad is None else p.grad
            for name, p in twin.named_parameters()}

    def spelled():
        with spelled_out():
            return by_autograd()
    expected, bounds = measured_bounds(spelled, by_autograd)
    objective = numpy_impl.NextTokens(coefficient)
    nats, cache = objective.forward(model, batch)
    objective.backward(1 / 7, model, cache)
    assert_agree(nats, expected["nats"], bounds["nats"])
    for name, gradient in model.named_gradients():
        assert_agree(gradient, expected[name], bounds[name], name)
    assert nats == numpy_impl.NextTokens().forward(model, batch)[0]
    with spelled_out():
        plain = torch_impl.NextTokens().forward(
            twin, tuple(map(torch.from_numpy, batch)))
    assert expected["nats"] == plain.detach().numpy()


def test_a_step_follows_the_mean_plus_the_weighted_loss():
    """gradient = that of mean nats + coefficient * the microbatches' losses,
    weighted by their counts: by differences along a random direction."""
    model, objective = TinyNumPy(), numpy_impl.NextTokens(0.7)
    microbatches = list(batches(1, sizes=(2, 5)))
    counts = [objective.count(batch) for batch in microbatches]
    draw = np.random.default_rng(2)
    directions = {name: draw.normal(size=array.shape)
                  for name, array in model.named_parameters()}

    def value(step):
        for name, array in model.named_parameters():
            array += step * directions[name]
        total = 0.0
        for batch, count in zip(microbatches, counts, strict=True):
            balance = numpy_impl.LoadBalance()
            logits, _ = model.forward(batch[0], balance=balance)
            nats, _ = numpy_impl.cross_entropy(logits, batch[1], reduction="sum")
            total += (nats + count * 0.7 * balance.loss()) / sum(counts)
        for name, array in model.named_parameters():
            array -= step * directions[name]
        return total

    for batch in microbatches:
        _, cache = objective.forward(model, batch)
        objective.backward(1 / sum(counts), model, cache)
    along = sum((gradient * directions[name]).sum()
                for name, gradient in model.named_gradients())
    step = np.finfo(float).eps ** (1 / 3)
    rough, fine = ((value(h) - value(-h)) / (2 * h) for h in (step, step / 2))
    rounding = np.finfo(float).eps * 64 * abs(value(0)) / step
    assert_agree(fine, along, abs(rough - fine) + rounding)
    without = numpy_impl.NextTokens()
    model.zero_grad()
    for batch in microbatches:
        without.backward(1 / sum(counts), model, without.forward(model, batch)[1])
    plain = sum((gradient * directions[name]).sum()
                for name, gradient in model.named_gradients())
    assert abs(plain - along) > 100 * (abs(rough - fine) + rounding)


def test_experts_that_nobody_chose_train_the_same_in_both():
    """Autograd makes no gradient for them, which counts as 0: their weights
    decay, their moments fade."""
    training = TrainingConfig(weight_decay=0.1, clip_norm=1.0)
    device, steps = DeviceConfig(device="cpu"), 4
    learners = [package.Learner(model, package.NextTokens(0.5), training, device)
                for package, model in ((numpy_impl, TinyNumPy()),
                                       (torch_impl, TinyTorch()))]
    before = dict(TinyNumPy().named_parameters())
    idle = []
    for step in range(steps):
        batch = tuple(a[:1, :2] for a in next(batches(step)))
        batch = batch[0], np.maximum(batch[1], 1)
        results = [learner.train_step([batch], step, 1e-2)
                   for learner in learners]
        idle += [name for name, gradient
                 in learners[0].model.named_gradients() if not gradient.any()]
        assert_drift(results[0].loss, results[1].loss, steps)
        assert_drift(results[0].grad_norm, results[1].grad_norm, steps)
    assert idle
    ours, theirs = (learner.state() for learner in learners)
    for name, array in ours.items():
        assert_drift(array, theirs[name], steps, name=name)
    for name, array in before.items():
        assert (ours[f"model.{name}"] != array).all(), name


@pytest.mark.parametrize("case", ["qwen3_moe", "gpt_oss"])
def test_whole_models_train_as_in_transformers(tmp_path, case):
    """Its loss with output_router_logits: mean nats + coefficient * auxiliary
    loss, and of that every weight's gradient."""
    pytest.importorskip("transformers")
    from ..models.architectures import (
        CASES, by_our_names, hugging_face_of, in_double,
    )
    config, coefficient = CASES[case], 0.7
    model = hugging_face_of(config, 3, torch.float64)
    model.router_aux_loss_coef = coefficient
    model.save_pretrained(tmp_path)
    ids = np.random.default_rng(4).integers(config.vocab_size, size=(2, 9))
    targets = np.concatenate([ids[:, 1:], np.full((2, 1), -100)], 1)

    def transformers():
        with in_double():
            model.zero_grad()
            whole = model(torch.from_numpy(ids), labels=torch.from_numpy(ids),
                          output_router_logits=True)
            whole.loss.backward()
        return {"mean nats": whole.loss - coefficient * whole.aux_loss
                } | by_our_names(config, {name: parameter.grad for name, parameter
                                          in model.named_parameters()})

    twin = torch_impl.load_pretrained(tmp_path)

    def ours_in_torch():
        twin.zero_grad()
        objective = torch_impl.NextTokens(coefficient)
        mean = objective.forward(twin, (torch.from_numpy(ids),
                                        torch.from_numpy(targets))) / 16
        mean.backward()
        return {"mean nats": mean} | {
            name: torch.zeros_like(p) if p.grad is None else p.grad
            for name, p in twin.named_parameters()}

    exact, bounds = measured_bounds(transformers, ours_in_torch)
    objective = numpy_impl.NextTokens(coefficient)
    reference = numpy_impl.load_pretrained(tmp_path)
    nats, cache = objective.forward(reference, (ids, targets))
    objective.backward(1 / 16, reference, cache)
    for found in ({"mean nats": nats / 16, **dict(reference.named_gradients())},
                  ours_in_torch()):
        assert found.keys() == exact.keys()
        for name, bound in bounds.items():
            assert_agree(found[name], exact[name], bound, name)


@pytest.mark.parametrize("package", [numpy_impl, torch_impl])
@pytest.mark.parametrize(("kind", "weight"), [("qwen3_moe", 0.25), ("llama", 0.0)])
def test_a_new_model_is_trained_with_the_weight_of_its_config(package, kind, weight):
    from twinformer.models.initialisation import initial_parameters

    from ..models.architectures import CASES
    config = CASES[kind]
    if weight:
        config = replace(config, balance_weight=weight)
    learner = package.pretraining_learner(
        config, TrainingConfig(), DeviceConfig(device="cpu"),
        initial_parameters(config, 0))
    assert learner.objective.balance == weight
