"""The laws of windows, packed documents, sinks, caps and shared keys: in tiles,
spelled out by the twin, and in what is asked of torch's kernel."""
from contextlib import nullcontext
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import numpy_impl.layers.flash_attention as ours
import numpy_impl.layers.tiles as tiles
import torch_impl.layers.flash_attention as theirs
import torch_impl.layers.fused_attention as kernel
from torch_impl.layers.fused import spelled_out

from ..agreement import assert_agree, assert_rounding
from ..bounds import measured_bounds
from ..case import Case
from ..components import component
from ..proof import check_agreement
from ..running import bounds_of, run_numpy, run_torch
from ..strategies import cases, generic

NAME = "layers.flash_attention.flash_attention, in windows"
PROGRAMS = {"numpy": run_numpy,
            "spelled out": lambda case: run_torch(case, fused=False), "fused": run_torch}
FEWER = settings(max_examples=settings.default.max_examples // 3)  # of each program
EVERYWHERE = pytest.mark.parametrize("program", PROGRAMS)


def run(case, program="numpy", **changes):
    """{name: float64 array} of the case with other inputs."""
    dy = changes.pop("dy", case.dy)
    found = PROGRAMS[program](replace(case, dy=dy, inputs=case.inputs | changes))
    return {name: np.asarray(a.detach() if isinstance(a, torch.Tensor) else a)
            for name, a in found.items()}


def assert_same(one, other, but=()):
    for name, a in one.items():
        if name not in but:
            np.testing.assert_array_equal(a, other[name], name)


def made(seed, B, H, G, T, S, K=3, **inputs):
    generator = np.random.default_rng(seed)
    given = {"q": generator.standard_normal((B, H, T, K)),
             "k": generator.standard_normal((B, G, S, K)),
             "v": generator.standard_normal((B, G, S, K)), "sinks": None}
    return Case(component(NAME), inputs=given | inputs,
                dy=generator.standard_normal((B, H, T, K)))


@EVERYWHERE
@FEWER
@given(cases(NAME, generic))
def test_a_window_as_long_as_the_text_is_none(program, case):
    """Bit for bit."""
    S = case.inputs["k"].shape[2]
    none = run(case, program, window=None)
    for window in (S, S + 1, 10**9):
        assert_same(none, run(case, program, window=window))


@EVERYWHERE
@FEWER
@given(cases(NAME, generic))
def test_a_sink_of_minus_infinity_is_none(program, case):
    H = case.inputs["q"].shape[1]
    none = run(case, program, sinks=None)
    found = run(case, program, sinks=np.full(H, -np.inf))
    assert not found.pop("dsinks").any()
    if program == "fused":
        _, bounds = bounds_of(replace(case, inputs=case.inputs | {"sinks": None}))
        for name, bound in bounds.items():
            assert_agree(found[name], none[name], bound, name)
    else:
        assert_same(found, none)


@EVERYWHERE
@FEWER
@given(cases(NAME, generic))
def test_who_sees_nothing(program, case):
    """Padding yields 0 and gets no gradient; nor does what lies beside it see
    a difference, whatever number padding is marked with."""
    B, S = case.inputs["k"].shape[0], case.inputs["k"].shape[2]
    T = case.dy.shape[2]
    documents = np.zeros((B, S), int)
    documents[:, S // 2:] = -1
    found = run(case, program, documents=documents)
    hidden = np.arange(S) >= S // 2
    for name in ("y", "dq"):
        assert not found[name][:, :, hidden[S - T:]].any(), name
    for name in ("dk", "dv"):
        assert not found[name][:, :, hidden].any(), name
    assert all(np.isfinite(a).all() for a in found.values())
    documents[documents < 0] = -7
    assert_same(found, run(case, program, documents=documents))


@EVERYWHERE
@FEWER
@given(st.integers(0, 2**16), st.integers(1, 4), st.integers(1, 4), st.none() | st.integers(1, 5))
def test_a_document_alone_is_as_in_a_pack(program, seed, one, two, window):
    case = made(seed, 2, 4, 2, one + two, one + two, window=window,
                sinks=np.random.default_rng(seed).standard_normal(4))
    documents = np.repeat([[3, 1]], 2, 0).repeat([one, two], 1)
    together = run(case, program, documents=documents)
    _, bounds = bounds_of(replace(case, inputs=case.inputs | {"documents": documents}))
    dsinks = 0
    for here in (slice(0, one), slice(one, None)):
        alone = run(case, program, dy=case.dy[:, :, here],
                    **{name: case.inputs[name][:, :, here] for name in ("q", "k", "v")})
        for name in ("y", "dq", "dk", "dv"):
            assert_agree(alone[name], together[name][:, :, here],
                         2 * bounds[name][:, :, here], name)
        dsinks = dsinks + alone["dsinks"]
    assert_agree(dsinks, together["dsinks"], 3 * bounds["dsinks"], "dsinks")


@EVERYWHERE
@FEWER
@given(cases(NAME, generic))
def test_shared_keys_are_repeated_keys(program, case):
    """Query heads g r ... (g + 1) r - 1 look at key head g: repeat, not tile.
    Its gradient is the sum of theirs."""
    H, G = case.inputs["q"].shape[1], case.inputs["k"].shape[1]
    _, bounds = bounds_of(case)
    shared = run(case, program)
    apart = run(case, program, k=np.repeat(case.inputs["k"], H // G, 1),
                v=np.repeat(case.inputs["v"], H // G, 1))
    for name in ("dk", "dv"):
        B, _, S, K = apart[name].shape
        apart[name] = apart[name].reshape(B, G, H // G, S, K).sum(2)
    for name, bound in bounds.items():
        assert_agree(apart[name], shared[name], 2 * bound, name)


@EVERYWHERE
@FEWER
@given(cases(NAME, generic))
def test_a_cap_far_above_all_scores_is_none(program, case):
    """c tanh(a / c) = a - a^3 / 3 c^2."""
    _, bounds = bounds_of(replace(case, inputs=case.inputs | {"softcap": None}))
    none = run(case, program, softcap=None)
    high = run(case, program, softcap=1e30)
    for name, bound in bounds.items():
        assert_agree(high[name], none[name], 2 * bound, name)


@pytest.mark.parametrize("window", [1, 2, 3, 8, None])
@pytest.mark.parametrize("tile", [(2, 3), (64, 1024)])
def test_nothing_outside_the_window_has_influence(window, tile):
    """Bit for bit: neither what comes later nor what is older."""
    case = made(0, 1, 4, 2, 9, 11, window=window, sinks=np.zeros(4), tile=tile)
    generator = np.random.default_rng(1)
    before = run(case)["y"]
    for t in range(9):
        first = 0 if window is None else max(0, t + 2 - window + 1)
        outside = np.ones(11, bool)
        outside[first:t + 3] = False
        k, v, q = (case.inputs[name].copy() for name in "kvq")
        k[:, :, outside] = generator.standard_normal(k[:, :, outside].shape)
        v[:, :, outside] = generator.standard_normal(v[:, :, outside].shape)
        q[:, :, np.arange(9) != t] = 5.0
        after = run(case, q=q, k=k, v=v)["y"]
        np.testing.assert_array_equal(before[:, :, t], after[:, :, t])


@pytest.mark.parametrize("program", ["numpy", "spelled out"])
def test_tiles_that_nobody_sees_are_never_touched(program):
    """NaN would show, even times a weight of 0: there is none in y, nor in a
    gradient, for the last five queries, though their text is full of it."""
    poison = {"k": (slice(None), slice(None), slice(0, 6)),
              "v": (slice(None), slice(None), slice(0, 6))}
    documents = np.array([[0] * 6 + [1] * 7])
    for changes in ({"window": 3, "tile": (4, 2)}, {"documents": documents, "tile": (4, 2)},
                    {"window": 3, "tile": (64, 1024)}):
        case = made(2, 1, 4, 2, 5, 13, **changes)
        healthy = run(case, program)
        for name, place in poison.items():
            case.inputs[name][place] = np.nan
        assert_same(healthy, run(case, program))


@pytest.mark.parametrize("T", [256, 512, 1024])
def test_the_work_grows_with_the_window(T, monkeypatch):
    """The scores that are computed: no query has more than W and a tile."""
    W, scores = 32, []
    masked = tiles.mask_tile

    def counted(tile, *rest):
        scores.append(tile.size)
        return masked(tile, *rest)
    monkeypatch.setattr(ours, "mask_tile", counted)
    case = made(0, 1, 4, 2, T, T, window=W, tile=(16, 64))
    run(case)
    t = 16 // 2  # queries in a tile: two heads share it
    assert sum(scores) <= 2 * 4 * T * (W + t - 1)  # forward and backward


def test_the_kernels_mask_grows_with_the_window(monkeypatch):
    masks = []
    whole = kernel.visible_mask

    def counted(*arguments):
        masks.append(whole(*arguments))
        return masks[-1]
    monkeypatch.setattr(kernel, "visible_mask", counted)
    run(made(0, 2, 4, 2, 96, 96, window=8), "fused")
    assert [mask.shape for mask in masks] == [(2 * 12, 8, 16)]


@EVERYWHERE
@pytest.mark.parametrize("window", [None, 1, 3, 20])
def test_a_new_token_is_the_last_row(program, window):
    """With the keys of a cache: one query, and all that it sees."""
    sinks = np.array([0.5, -1.0, 2.0, 0.0])
    case = made(3, 2, 4, 2, 9, 9, window=window, sinks=sinks)
    whole = run(case, program)["y"]
    last = run(case, program, q=case.inputs["q"][:, :, -1:], dy=case.dy[:, :, -1:])["y"]
    _, bounds = bounds_of(case)
    assert_agree(last, whole[:, :, -1:], 2 * bounds["y"][:, :, -1:])


@pytest.mark.parametrize("T, S, window", [
    (130, 130, 7), (65, 1100, 200), (40, 60, 39), (64, 64, 64), (7, 30, 7), (100, 100, 50)])
def test_windows_of_every_day(T, S, window):
    """Several tiles and blocks, ragged ones too."""
    generator = np.random.default_rng(T)
    documents = np.sort(generator.integers(-1, 3, (2, S)))
    for packed in (None, documents):
        check_agreement(made(T, 2, 6, 2, T, S, window=window, documents=packed,
                             sinks=generator.standard_normal(6)))


def test_it_is_gpt_oss_s_attention():
    """transformers' own eager form, with its sinks, window and shared keys."""
    gpt_oss = pytest.importorskip("transformers.models.gpt_oss.modeling_gpt_oss")
    case = made(4, 2, 6, 2, 7, 7, K=4, window=3,
                sinks=np.random.default_rng(4).standard_normal(6))
    seen = tiles.visible(np.arange(7), np.arange(7), 3)
    mask = torch.from_numpy(np.where(seen, 0.0, -np.inf))

    def eager():
        q, k, v, sinks = (torch.from_numpy(case.inputs[name]).requires_grad_()
                          for name in ("q", "k", "v", "sinks"))
        module = SimpleNamespace(sinks=sinks, num_key_value_groups=3, training=False)
        y, _ = gpt_oss.eager_attention_forward(module, q, k, v, mask, scaling=0.5)
        y = y.transpose(1, 2)
        gradients = torch.autograd.grad(y, [q, k, v, sinks], torch.from_numpy(case.dy))
        return dict(zip(("y", "dq", "dk", "dv", "dsinks"), [y, *gradients], strict=True))
    exact, bounds = measured_bounds(eager, lambda: run_torch(case))
    found = run(case)
    for name, bound in bounds.items():
        assert_agree(found[name], exact[name], bound, name)


def test_it_is_gemma_2_s_attention():
    """... and its cap. Its softmax is of single precision."""
    gemma2 = pytest.importorskip("transformers.models.gemma2.modeling_gemma2")
    case = made(5, 1, 4, 2, 6, 6, K=4, softcap=1.5, scale=0.25)
    seen = tiles.visible(np.arange(6), np.arange(6))
    mask = torch.from_numpy(np.where(seen, 0.0, -np.inf))
    module = SimpleNamespace(num_key_value_groups=2, training=False)
    y, _ = gemma2.eager_attention_forward(
        module, *(torch.from_numpy(case.inputs[name]) for name in "qkv"), mask,
        scaling=0.25, softcap=1.5)
    _, bounds = bounds_of(case, precision=np.finfo(np.float32))
    assert_agree(run(case)["y"], y.transpose(1, 2), bounds["y"])


@pytest.mark.parametrize("changes, words", [
    ({"k": np.zeros((1, 3, 5, 2)), "v": np.zeros((1, 3, 5, 2))}, "G dividing H"),
    ({"k": np.zeros((2, 2, 5, 2)), "v": np.zeros((2, 2, 5, 2))}, "G dividing H"),
    ({"window": 0}, "window must be at least 1"),
    ({"sinks": np.zeros(2)}, "one number for each of the 4 query heads"),
    ({"documents": np.zeros((1, 4), int)}, r"a number for every key, \(1, 5\)")])
def test_what_does_not_fit_is_refused(changes, words):
    inputs = {"q": np.zeros((1, 4, 5, 2)), "k": np.zeros((1, 2, 5, 2)),
              "v": np.zeros((1, 2, 5, 2)), "sinks": None} | changes
    for attend, array in ((ours.flash_attention, np.asarray),
                          (theirs.flash_attention, torch.from_numpy)):
        given = {name: array(a) if isinstance(a, np.ndarray) else a
                 for name, a in inputs.items()}
        with pytest.raises(ValueError, match=words):
            attend(**given)


def test_dropout_under_a_cap_is_refused():
    """The kernel, which would draw the masks, has no cap."""
    q = torch.ones(1, 1, 3, 2)
    with pytest.raises(ValueError, match="no masks to draw"):
        theirs.flash_attention(q, q, q, softcap=1.0, rate=0.5)
    for context in (spelled_out(), nullcontext()):
        with context:
            assert_rounding(theirs.flash_attention(q, q, q, softcap=1.0), q, 3)
