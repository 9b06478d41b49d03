"""The laws of all decoders after GPT-2: reading piece by piece is reading the
whole, padding and other documents change nothing, later tokens have no say."""
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import numpy_impl
import numpy_impl.layers.rotary as rotary
import torch_impl
import torch_impl.layers.rotary as rotary_twin
from twinformer.architectures.kinds import KINDS
from twinformer.models.initialisation import initial_parameters

from ..agreement import assert_agree
from ..bounds import measured_bounds

SIZES = {"vocab_size": 11, "context_length": 12, "d_model": 8, "n_heads": 6,
         "n_kv_heads": 3, "head_dim": 4, "d_hidden": 7, "n_layers": 4,
         "rope_theta": 10.0}
MORE = {"gemma3": {"window_size": 3, "global_every": 2},
        "olmo3": {"window_size": 3, "global_every": 2,
                  "yarn_original_length": 4},
        "gpt_oss": {"window_size": 3, "n_experts": 4, "n_active": 2},
        "qwen3_moe": {"n_experts": 4, "n_active": 2}}
DECODERS = [kind for kind in KINDS if hasattr(KINDS[kind].config, "window")]
every_kind = pytest.mark.parametrize("kind", DECODERS)
few = settings(max_examples=max(3, settings().max_examples // 12))


def config_of(kind, **other):
    return KINDS[kind].config(**(SIZES | MORE.get(kind, {}) | other))


def twins(config, seed=0):
    """Both models, with weights large enough to matter, and how to call each
    for an array of logits."""
    values = {name: array * 10 for name, array
              in initial_parameters(config, seed).items()}
    model = numpy_impl.new_model(config).to(np.float64)
    twin = torch_impl.new_model(config).double()
    numpy_impl.set_parameters(model, values)
    torch_impl.set_parameters(twin, values)

    def tensor(a):
        return torch.tensor(a) if isinstance(a, np.ndarray) else a

    @torch.no_grad()
    def call_twin(ids, **options):
        return twin(tensor(ids), **{name: tensor(option) for name, option
                                    in options.items()}).numpy()
    return ((model, lambda ids, **options: model.forward(ids, **options)[0]),
            (twin, call_twin))


def rounding(twin, ids, **options):
    """How far two correct ways to the logits may part."""
    options = {name: torch.tensor(o) for name, o in options.items()}
    _, bounds = measured_bounds(
        lambda: {"y": twin(torch.tensor(ids), **options)})
    return 2 * bounds["y"]


@every_kind
@few
@given(pieces=st.lists(st.integers(1, 5), min_size=1, max_size=5),
       B=st.integers(1, 3), seed=st.integers(0, 99))
def test_piece_by_piece_is_the_whole(kind, pieces, B, seed):
    config = config_of(kind)
    T = min(sum(pieces), config.context_length)
    ids = np.random.default_rng(seed).integers(0, 11, (B, T))
    (model, run), (twin, run_twin) = twins(config, seed)
    whole = run(ids)
    allowed = rounding(twin, ids)
    for call, past in ((run, model.new_past()), (run_twin, twin.new_past())):
        parts = [call(piece, past=past) for piece
                 in np.split(ids, np.cumsum(pieces)[:-1], axis=1) if piece.size]
        assert_agree(np.concatenate(parts, 1), whole, allowed)
        assert past[0].length == T


@every_kind
def test_past_the_context_only_the_latest_tokens_are_seen(kind):
    """Token by token, twice as far as the context is long: as a model with a
    window of that length reads the whole."""
    config = config_of(kind, context_length=5)
    ids = np.random.default_rng(1).integers(0, 11, (2, 10))
    sides = twins(config)
    parts = []
    for model, call in sides:
        past = model.new_past()
        parts.append(np.concatenate(
            [call(ids[:, t:t + 1], past=past) for t in range(10)], 1))
        for block in model.blocks:
            block.attention.window = min(block.attention.window or 5, 5)
        model.config = replace(config, context_length=10)
    allowed = rounding(sides[1][0], ids)
    for (_, call), read in zip(sides, parts, strict=True):
        assert_agree(read, call(ids), allowed)


@every_kind
@few
@given(short=st.integers(1, 5), seed=st.integers(0, 99))
def test_a_padded_prompt_is_read_as_alone(kind, short, seed):
    """Two prompts side by side, the shorter one padded on the left, and then
    read on token by token, past the window: each as by itself."""
    config = config_of(kind)
    draw = np.random.default_rng(seed)
    ids, pad = draw.integers(0, 11, (2, 12)), 6 - short
    ids[1, :pad] = 0
    documents = np.zeros((2, 12), int)
    documents[1, :pad] = -1
    positions = np.maximum(np.arange(12) - [[0], [pad]], 0)
    for side, call in twins(config, seed):
        past, parts = side.new_past(), []
        for piece in [slice(0, 6), *(slice(t, t + 1) for t in range(6, 12))]:
            parts.append(call(
                ids[:, piece], past=past, positions=positions[:, piece],
                documents=documents[:, piece]))
        together = np.concatenate(parts, 1)
        _, (twin, _) = twins(config, seed)
        for row, start in ((0, 0), (1, pad)):
            alone = ids[row:row + 1, start:]
            assert_agree(together[row:row + 1, start:], call(alone),
                         rounding(twin, alone))


@every_kind
def test_documents_in_one_window_do_not_see_each_other(kind):
    config = config_of(kind)
    ids = np.random.default_rng(0).integers(0, 11, (1, 9))
    documents = np.array([[0] * 4 + [1] * 5])
    positions = np.array([[*range(4), *range(5)]])
    for _, call in twins(config):
        packed = call(ids, documents=documents, positions=positions)
        _, (twin, _) = twins(config)
        for part in (slice(0, 4), slice(4, 9)):
            assert_agree(packed[:, part], call(ids[:, part]),
                         rounding(twin, ids[:, part]))


@every_kind
@pytest.mark.parametrize("number, rotary", [(0, rotary), (1, rotary_twin)])
def test_positions_that_are_not_given_count_from_0(kind, number, rotary, monkeypatch):
    """Another beginning turns all alike: in the logits it shows in rounding alone."""
    waves, seen = rotary.Rotary.waves, []

    def watched(self, positions, x):
        seen.append(positions)
        return waves(self, positions, x)

    monkeypatch.setattr(rotary.Rotary, "waves", watched)
    _, call = twins(config_of(kind))[number]
    call(np.zeros((2, 9), int))
    assert seen and all(positions == slice(0, 9) for positions in seen)


@every_kind
@few
@given(t=st.integers(0, 8), seed=st.integers(0, 99))
def test_later_tokens_have_no_influence(kind, t, seed):
    """Causality of the reference, bit for bit; with experts but for rounding,
    as a product of more rows may add up in another order."""
    ids = np.random.default_rng(seed).integers(0, 11, (2, 9))
    other = ids.copy()
    other[:, t:] = (other[:, t:] + 1 + seed) % 11
    (_, run), (twin, _) = twins(config_of(kind), seed)
    before, after = run(ids)[:, :t], run(other)[:, :t]
    if hasattr(twin.config, "n_experts"):
        assert_agree(before, after, rounding(twin, ids)[:, :t])
    else:
        np.testing.assert_array_equal(before, after)


@every_kind
def test_positions_may_begin_anywhere(kind):
    """Rotary positions: only distances count."""
    ids = np.random.default_rng(0).integers(0, 11, (2, 9))
    positions = np.arange(9) + np.array([[0], [100]])
    for _, call in twins(config_of(kind)):
        _, (twin, _) = twins(config_of(kind))
        assert_agree(call(ids, positions=positions), call(ids),
                     200 * rounding(twin, ids))  # angles round to their size


@every_kind
def test_frozen_blocks_keep_nothing_and_stop_the_gradient(kind):
    (model, _), _ = twins(config_of(kind))
    model.requires_grad_(lambda name: name.startswith(("blocks.3", "final")))
    ids = np.random.default_rng(0).integers(0, 11, (2, 5))
    logits, cache = model.forward(ids)
    assert [kept is None for kept in cache.blocks] == [True] * 3 + [False]
    model.backward(np.ones_like(logits), cache)
    assert all(np.abs(gradient).max() > 0
               for name, gradient in model.named_gradients()
               if "sinks" not in name and "router" not in name
               and "experts" not in name)
