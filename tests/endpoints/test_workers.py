"""Several questions at once: in order, none lost, and an end where the server has gone."""
import threading

import pytest

from twinformer.endpoints.refusals import Unanswered
from twinformer.endpoints.workers import GIVE_UP, Workers


def failing(**options):
    def job():
        raise Unanswered("no key", **options)
    return job


def test_answers_are_in_the_order_of_the_questions():
    """The first job ends last."""
    go_on = threading.Event()
    ended = []

    def first():
        assert go_on.wait(20)
        return 0

    def other(number):
        if number == 9:
            go_on.set()
        return number

    jobs = [first, *(lambda number=number: other(number) for number in range(1, 10))]
    assert Workers(2, lambda: ended.append(1)).all(jobs) == list(range(10))
    assert len(ended) == 10


def test_no_more_run_at_once_than_was_asked():
    at_once, most, turn = [0], [0], threading.Lock()
    both = threading.Barrier(3, timeout=20)

    def job():
        with turn:
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
        both.wait()
        with turn:
            at_once[0] -= 1

    Workers(3).all([job] * 9)
    assert most[0] == 3
    assert Workers(4).all([]) == []


def test_one_without_an_answer_is_told_and_the_others_go_on():
    answers = Workers(1).all([lambda: 1, failing(), lambda: 3])
    assert answers[::2] == [1, 3] and isinstance(answers[1], Unanswered)


def test_a_final_refusal_ends_it_after_those_that_run():
    """The answer that was on its way is there before the error."""
    noticed, seen = threading.Event(), []

    def slow():
        assert noticed.wait(20)
        seen.append("paid for")

    with pytest.raises(Unanswered, match="no key"):
        Workers(2, noticed.set).all([slow, failing(final=True), *[lambda: seen.append(1)] * 50])
    assert seen == ["paid for"]


@pytest.mark.parametrize("count", [1, 2])
def test_failures_in_a_row_end_it_over_several_calls(count):
    workers = Workers(count)
    workers.all([lambda: 1])
    for _ in range(GIVE_UP + count - 2):
        workers.all([failing(again=True)])
    workers.all([lambda: 1])        # an answer: counted anew
    for _ in range(GIVE_UP + count - 2):
        workers.all([failing(again=True)])
    with pytest.raises(Unanswered):
        workers.all([failing(again=True)])


def test_a_server_that_refuses_single_questions_has_not_gone():
    """A prompt that is too long is refused each time; the others have their answers."""
    workers = Workers(1)
    answers = workers.all([lambda: 1, *[failing()] * (3 * GIVE_UP), lambda: 2])
    assert answers[0] == 1 and answers[-1] == 2
    workers.all([failing()] * (3 * GIVE_UP))


def test_where_nothing_was_ever_answered_the_first_failures_end_it():
    with pytest.raises(Unanswered):
        Workers(4).all([failing(), failing()])
    assert len(Workers(4).all([failing(), lambda: 1])) == 2


def test_a_full_disk_is_no_answer_that_is_missing():
    def full():
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        Workers(2).all([full, lambda: 1])


def test_bad_numbers():
    with pytest.raises(ValueError, match="concurrency must be at least 1, got 0"):
        Workers(0)
