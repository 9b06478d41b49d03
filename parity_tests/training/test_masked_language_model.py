"""BERT's objectives: Hugging Face's loss and every gradient; only what is asked
counts; and whole runs in lockstep."""
from typing import NamedTuple

import numpy as np
import pytest
import torch

from numpy_impl.layers.qk_clip import QKClip
from numpy_impl.models import bert as reference
from numpy_impl.models.parameters import set_parameters
from numpy_impl.training import masked_language_model as ours
from numpy_impl.training.learner import Learner
from torch_impl.layers.fused import spelled_out
from torch_impl.layers.qk_clip import QKClip as TwinQKClip
from torch_impl.models import bert as twin
from torch_impl.models.parameters import set_parameters as set_twins
from torch_impl.training import masked_language_model as theirs
from torch_impl.training.learner import Learner as TwinLearner
from twinformer.batches.bert_tokens import BertTokens
from twinformer.batches.masking import MaskedBatch, masked_batch
from twinformer.batches.sentence_pairs import sentence_pairs
from twinformer.configs.device_config import DeviceConfig
from twinformer.configs.training_config import TrainingConfig
from twinformer.architectures.bert import BertConfig
from twinformer.models.initialisation import initial_array
from twinformer.models.keep_masks import KeepMasks
from twinformer.training.schedule import learning_rate_of

from ..agreement import DRIFT, assert_agree, assert_rounding
from ..bounds import DOUBLE, measured_bounds
from ..lockstep import ROUNDINGS, in_lockstep
from ..models.test_bert import ours_from, peer_and_config, peers_tensors

TOKENS = BertTokens(cls=1, sep=2, mask=3, pad=0)
OBJECTIVES = ("MaskedTokens", "NextSentence", "BertPretraining")


def texts(draw, V, documents=6, sentences=8):
    """A language to be learned: every token is the last one plus 1, and so is
    the first of a next sentence."""
    found = []
    for _ in range(documents):
        ids = iter(4 + (draw.integers(V) + np.arange(200)) % (V - 4))
        found.append([[int(next(ids)) for _ in range(draw.integers(2, 5))]
                      for _ in range(sentences)])
    return found


def batches(V=17, T=9, seed=0):
    """A batch of pairs; of the tokens more are hidden than in earnest."""
    draw = np.random.default_rng(seed)
    pairs = list(sentence_pairs(texts(draw, V), T, seed))
    chosen = draw.integers(len(pairs), size=8)
    return masked_batch([pairs[i] for i in chosen], TOKENS, V, seed, 0.3)


def measured(name, twin_model, batch, dloss):
    """What the twin makes of an objective, and how far rounding may go."""
    tensors = MaskedBatch(*(torch.from_numpy(a) for a in batch))

    def by_autograd():
        twin_model.zero_grad(set_to_none=False)
        nats = getattr(theirs, name)().forward(twin_model.eval(), tensors)
        (dloss * nats).backward()
        return {"nats": nats} | {
            n: torch.zeros_like(p) if p.grad is None else p.grad.clone()
            for n, p in twin_model.named_parameters()}

    def spelled():
        with spelled_out():
            return by_autograd()
    return measured_bounds(spelled, by_autograd)


def models(config, parameters):
    model = reference.BertModel(config, seed=None).to(np.float64)
    set_parameters(model, parameters)
    other = twin.BertModel(config, seed=None).double()
    set_twins(other, parameters)
    return model, other


@pytest.mark.parametrize("name", OBJECTIVES)
@pytest.mark.parametrize("dloss", [-2.5, 1e-3, 1.0])
def test_the_sum_and_every_gradient_are_autograds(name, dloss):
    config = BertConfig(vocab_size=17, context_length=9, d_model=12, n_heads=3,
                        n_layers=2, d_hidden=8)
    draw = np.random.default_rng(1)
    model, other = models(config, {
        name: draw.normal(0, 0.4, shape)
        for name, shape in config.parameter_shapes().items()})
    for seed in range(4):
        batch = batches(seed=seed)
        expected, bounds = measured(name, other, batch, dloss)
        model.zero_grad()
        objective = getattr(ours, name)()
        nats, cache = objective.forward(model, batch)
        objective.backward(dloss, model, cache)
        assert_agree(nats, expected["nats"], bounds["nats"])
        for path, gradient in model.named_gradients():
            assert_agree(gradient, expected[path], bounds[path], path)


@pytest.mark.parametrize("options", [
    {}, {"n_layers": 1, "n_heads": 1}, {"d_model": 15, "n_heads": 5}],
    ids=["two layers", "one layer", "odd heads"])
def test_hugging_face_gives_the_same_loss_and_gradients(options):
    """BertForPreTraining's own loss: the mean of one and of the other."""
    peer, config = peer_and_config(**options)
    own = peers_tensors(peer)
    model, other = models(config, ours_from(
        lambda name: own[name].detach().numpy().copy(), config.n_layers))
    for seed in (0, 3):
        batch = batches(seed=seed)
        assert not batch.real.all() or seed
        inputs, targets, segments, real, labels = map(torch.from_numpy, batch)
        peer.zero_grad()
        loss = peer(inputs, real.long(), segments, labels=targets,
                    next_sentence_label=labels).loss
        loss.backward()
        expected = ours_from(lambda name: own[name].grad.numpy(),
                             config.n_layers)
        objective = ours.BertPretraining()
        share = 1 / objective.count(batch)
        exact, bounds = measured("BertPretraining", other, batch, share)
        model.zero_grad()
        nats, cache = objective.forward(model, batch)
        objective.backward(share, model, cache)
        assert_agree(nats * share, loss, 2 * bounds["nats"] * share)
        for name, gradient in model.named_gradients():
            assert_agree(gradient, expected[name], 2 * bounds[name], name)


def test_both_are_added():
    config = BertConfig(vocab_size=17, context_length=9, d_model=4, n_heads=1,
                        n_layers=1, d_hidden=3)
    model, batch = reference.BertModel(config), batches()
    loss = {}
    for name in OBJECTIVES:
        objective = getattr(ours, name)()
        nats, _ = objective.forward(model, batch)
        loss[name] = nats / objective.count(batch)
    assert nats.dtype == np.float32
    assert_rounding(loss["BertPretraining"],
                    loss["MaskedTokens"] + loss["NextSentence"], 4)


@pytest.mark.parametrize("package, array, model", [
    (ours, np.array, reference), (theirs, torch.tensor, twin)])
def test_only_what_is_asked_counts(package, array, model):
    """No target, no loss: it makes no difference what else stands there."""
    config = BertConfig(vocab_size=17, context_length=9, d_model=4, n_heads=1,
                        n_layers=1, d_hidden=3, dropout=0.0,
                        attention_dropout=0.0)
    inputs = [[1, 5, 3, 2, 0]]
    real = [[True, True, True, True, False]]
    targets = [[-100, -100, 7, -100, -100]]
    batch = MaskedBatch(*map(array, (inputs, targets, [[0] * 5], real, [1])))
    objective = package.MaskedTokens()
    assert objective.count(batch) == 1 == package.BertPretraining().count(batch)
    assert package.NextSentence().count(batch) == 1
    bert = model.BertModel(config)

    def y(found):
        return found[0] if package is ours else found.detach()

    def nats(batch):
        return float(y(objective.forward(bert, batch)))
    everyone = np.broadcast_to(np.array(real)[:, None], (1, 5, 5)).copy()
    hidden = y(bert(batch.inputs, mask=array(everyone)))
    row = np.asarray(y(bert.head(hidden)))[0, 2].astype(float)
    expected = np.log(np.exp(row).sum()) - row[7]
    assert_rounding(np.float32(nats(batch)), np.float32(expected), 17)
    other = batch._replace(inputs=array([[1, 5, 3, 2, 16]]))   # padding
    assert nats(other) == nats(batch)


@pytest.mark.parametrize("package, array, model, clip", [
    (ours, np.array, reference, QKClip), (theirs, torch.tensor, twin, TwinQKClip)])
def test_scores_are_watched_in_training_alone(package, array, model, clip):
    """QK-clipping is told of every block, and of no evaluation."""
    config = BertConfig(vocab_size=17, context_length=9, d_model=4, n_heads=1,
                        n_layers=2, d_hidden=3)
    bert, batch = model.BertModel(config), MaskedBatch(*map(array, batches()))
    objective = package.MaskedTokens(qk_clip=clip(100.0))
    for learning in (False, True):
        if package is theirs:
            bert.train(learning)
        objective.forward(bert, batch, KeepMasks(0) if learning else None)
        assert len(objective.qk_clip.largest) == learning * config.n_layers


# -- whole runs ---------------------------------------------------------------

class BertRun(NamedTuple):
    """What both learners are given; see lockstep.Run."""
    model: BertConfig
    training: TrainingConfig
    parameters: dict[str, np.ndarray]

    def batches(self, step):
        return [batches(seed=(self.training.seed, step, index))
                for index in range(self.training.accumulation)]

    def learning_rate(self, step):
        c = self.training
        return learning_rate_of(c, step, warmup_steps=c.warmup_steps,
                                max_steps=c.max_steps)


def small_run(steps, moved=0.0):
    """A small BERT with dropout, clipping, accumulation and a schedule."""
    model = BertConfig(vocab_size=17, context_length=9, d_model=16, n_heads=2,
                       n_layers=2, d_hidden=24)
    training = TrainingConfig(max_steps=steps, batch_size=2, accumulation=2,
                              learning_rate=1e-2, min_learning_rate=1e-3,
                              warmup_steps=20, clip_norm=0.5)
    xi = np.random.default_rng(0)
    return BertRun(model, training, {
        name: initial_array(name, shape, training.seed).astype(np.float64)
        * (1 + moved * xi.standard_normal(shape))
        for name, shape in model.parameter_shapes().items()})


def learners(run):
    device = DeviceConfig(device="cpu")
    model, other = models(run.model, run.parameters)
    pair = (Learner(model, ours.BertPretraining(), run.training, device),
            TwinLearner(other, theirs.BertPretraining(), run.training, device))
    pair[1].machine.masks = KeepMasks
    return pair


def test_three_hundred_steps_in_lockstep():
    """Every output, loss, gradient and weight agrees within DRIFT."""
    run = small_run(300)
    *_, last = steps = list(in_lockstep(run, *learners(run), 300))
    assert not last.parting, str(last.parting)
    assert last.step == 300
    losses = [step.losses[0] for step in steps]
    # it is a real run: of 13 tokens and two answers, without a look at the
    # text, it could learn no more than log 13 + log 2 = 3.26
    assert np.mean(losses[:20]) > 3.4 and np.mean(losses[-20:]) < 2.6


def test_the_drift_allowed_is_what_rounding_can_become():
    """As in test_lockstep.py: N ROUNDINGS eps A, with A measured."""
    moved, N = 1e-12, 60
    runs = [small_run(N, move) for move in (0.0, moved)]
    pair = [learners(run)[0] for run in runs]
    *_, last = in_lockstep(runs[0], *pair, N, allowed=1.0)
    amplification = last.drift / moved
    assert N * ROUNDINGS * DOUBLE.eps * amplification < DRIFT


def test_equal_microbatches_are_one_large_batch():
    """Where each has as many hidden tokens, and as many pairs: exactly the
    gradient of all of them, but for rounding."""
    config = small_run(1).model
    model = reference.BertModel(config).to(np.float64)
    found = [batches(seed=seed) for seed in range(40)]
    width = found[0].inputs.shape[1]
    objective = ours.BertPretraining()
    parts = [b for b in found if b.inputs.shape[1] == width
             and objective.count(b) == objective.count(found[0])][:3]
    large = MaskedBatch(*map(np.concatenate, zip(*parts, strict=True)))

    def gradients(parts):
        model.zero_grad()
        share = 1 / sum(map(objective.count, parts))
        for batch in parts:
            _, cache = objective.forward(model, batch)
            objective.backward(share, model, cache)
        return {n: g.copy() for n, g in model.named_gradients()}
    assert len(parts) == 3
    other = models(config, model.state_dict())[1]
    _, bounds = measured("BertPretraining", other, large,
                         1 / objective.count(large))
    whole = gradients([large])
    for name, gradient in gradients(parts).items():
        assert_agree(gradient, whole[name], 2 * bounds[name], name)
