"""The texts that beams have finished, and how often guesses were right."""
import pytest

from twinformer.generation.acceptance import Acceptance
from twinformer.generation.beams import Finished


def test_the_best_are_kept_the_earlier_of_equals_first():
    finished = Finished(2, 1.0, "likely", 9)
    finished.add([1], -2.0)
    finished.add([2, 3], -4.0)
    finished.add([4], -1.0)
    assert [(b.ids, b.score) for b in finished.beams] == [([4], -1.0), ([1], -2.0)]
    finished.add([5, 6], -3.9)
    assert [b.ids for b in finished.beams] == [[4], [5, 6]]


@pytest.mark.parametrize(("early", "penalty", "running", "length", "over"), [
    ("first", 1.0, -0.1, 1, True),
    ("likely", 1.0, -6.1, 3, True), ("likely", 1.0, -6.0, 3, True),
    ("likely", 1.0, -5.9, 3, False),
    ("never", 1.0, -6.1, 3, False),    # of length 9 it might be -0.7
    ("never", 1.0, -18.0, 3, True), ("never", 1.0, -17.9, 3, False),
    ("never", 0.0, -2.1, 3, True), ("never", -1.0, -0.7, 3, True)])
def test_when_it_is_over(early, penalty, running, length, over):
    finished = Finished(1, penalty, early, 9)
    assert not finished.is_over(running, length)    # there is room yet
    finished.add([1], -2.0)
    assert finished.is_over(running, length) is over


def test_acceptance_is_told():
    assert Acceptance().rate == 0 and "0 of 0 proposals" in Acceptance().summary()
    counts = Acceptance(proposed=40, accepted=31, passes=10, tokens=41)
    assert counts.summary() == "31 of 40 proposals accepted (78%), 4.1 tokens a pass"
