"""The fourth way: the gradients of the tape, which knows no backward, are
those that were written by hand, and torch's."""
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from numpy_impl import LayerNorm, softmax, softmax_backward
from parity_tests.agreement import assert_agree, assert_rounding
from parity_tests.components import COMPONENTS
from parity_tests.running import bounds_of, run_numpy
from parity_tests.strategies import cases, moderate
from parity_tests.tape import Variable, gradients
from parity_tests.tape.running import run_tape

# sinusoidal_positions has neither inputs nor parameters that learn
LEARNING = [part for part in COMPONENTS if part.public != "sinusoidal_positions"]


@pytest.mark.parametrize("part", LEARNING, ids=lambda part: part.name)
def test_every_component_is_differentiated_by_the_tape(part):
    """On numbers as a model meets them. The tape goes back through 1 / (1 + e)
    term by term, where e of a hostile number overflows on the way; the formula
    by hand, s (1 - s), does not: one more reason to derive it."""
    @settings(max_examples=3 if part.model else 10)
    @given(st.data())
    def holds(data):
        case = data.draw(cases(part, moderate))
        taped, by_hand = run_tape(case), run_numpy(case)
        _, bounds = bounds_of(case)
        assert list(taped) == list(by_hand)
        for name, bound in bounds.items():
            assert_agree(taped[name], by_hand[name], 2 * bound, name)
    holds()


def test_the_example_of_the_first_page():
    x, dp = Variable(np.array([0.0, 1.0])), np.array([1.0, 0.0])
    p = softmax(x)
    assert_rounding(gradients(p, dp, [x])[0], softmax_backward(dp, p.data), terms=2, size=1)


def test_a_number_that_is_used_twice_gets_both_gradients():
    x = Variable(np.array([2.0, 3.0]))
    assert gradients(x * x + x, np.ones(2), [x])[0].tolist() == [5, 7]
    repeated = x[np.array([0, 0, 1])]
    assert gradients(repeated, np.ones(3), [x])[0].tolist() == [2, 1]


def test_writing_into_a_view_writes_into_its_array():
    """What was written over gets no gradient, what was written does; a step
    taken before the writing goes on to mean the old numbers."""
    x, new = Variable(np.arange(6.0)), Variable(np.array([10.0, 20.0]))
    before = x * x
    y = x.copy()
    y.reshape(2, 3)[:, 1] = new
    assert y.data.tolist() == [0, 10, 2, 3, 20, 5]
    dx, dnew = gradients(y, np.arange(1.0, 7), [x, new])
    assert dx.tolist() == [1, 0, 3, 4, 0, 6] and dnew.tolist() == [2, 5]
    assert gradients(before, np.ones(6), [x])[0].tolist() == [0, 2, 4, 6, 8, 10]


def test_ties_are_shared_as_torch_shares_them():
    a, b = np.array([1.0, 2.0, 2.0]), np.array([2.0, 1.0, 2.0])
    for mine, theirs in ((np.maximum, torch.maximum), (np.minimum, torch.minimum)):
        ours = Variable(a), Variable(b)
        twins = [torch.tensor(x, requires_grad=True) for x in (a, b)]
        theirs(*twins).sum().backward()
        for found, twin in zip(gradients(mine(*ours), np.ones(3), ours), twins):
            assert found.tolist() == twin.grad.tolist()


def test_what_the_tape_cannot_do_it_says():
    x = Variable(np.ones(3))
    with pytest.raises(NotImplementedError, match="slope of sin"):
        np.sin(x)
    with pytest.raises(NotImplementedError, match="does not know cross"):
        np.cross(x, x)
    with pytest.raises(NotImplementedError, match=r"not multiply\.outer"):
        np.multiply.outer(x, x)
    with pytest.raises(TypeError, match=r"take its \.data"):
        np.asarray(x)


def test_the_layer_is_not_changed_for_it():
    """The forward that is differentiated is the one that everybody calls."""
    layer, x = LayerNorm(4).to(np.float64), np.random.default_rng(0).normal(size=(3, 4))
    plain, _ = layer(x)
    taped, _ = layer(Variable(x))
    np.testing.assert_array_equal(taped.data, plain)
