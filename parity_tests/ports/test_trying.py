"""No false alarm: the cases of the command line, here as well."""
import pytest

from ..cases import MOODS
from ..components import COMPONENTS
from .trying import LEAST_CASES, MOST_CASES, sides_of, tried


@pytest.mark.parametrize("part", COMPONENTS, ids=lambda part: part.name)
def test_the_cases_of_the_command_line_agree(part):
    row = tried(part, sides_of(), seconds=0, seed=0, numbers=[*range(len(MOODS))])
    assert row.finding is None, row.finding
    assert row.cases == len(MOODS) and not row.absent
    assert all(worst < 1 for worst in row.errors.values())


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_no_false_alarm_in_ten_minutes(seed):
    for part in COMPONENTS:
        row = tried(part, sides_of(), seconds=600 / len(COMPONENTS), seed=seed)
        assert row.finding is None, row.finding
        assert LEAST_CASES <= row.cases <= MOST_CASES
