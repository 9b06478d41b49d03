"""Every known fault is found in a port that has it, and called by its name."""
import pytest

from ..components import COMPONENTS
from .altered import altered
from .explaining import explained
from .known_faults import FAULTS
from .trying import sides_of, tried

SEEN_IN = {"layers.attention": {"layers.multi_head_attention"},
           "layers.softcap": {"layers.attention"},
           "layers.tiles": {"layers.flash_attention"},
           "layers.visibility": {"layers.flash_attention", "layers.multi_head_attention"}}


def components_of(fault):
    """The components in whose file the fault is, or that are made of it."""
    rooms = {room for room, _, _ in fault.changes}
    rooms = rooms.union(*(SEEN_IN.get(room, set()) for room in rooms))
    return [part for part in COMPONENTS if part.room in rooms]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_known_fault_is_named(fault):
    with altered(fault.changes) as package:
        for part in components_of(fault):
            row = tried(part, sides_of(package), seconds=0, seed=0)
            if row.finding and row.finding.failures:
                told = explained(part.name, row.finding, 0, seconds=0.3)
                assert told.failures and told.code
                assert any(fault.name in cause for cause in told.causes), told
                return
    raise AssertionError(f"nobody noticed: {fault.name}")


def test_the_reference_itself_has_none():
    with altered(()) as package:
        for part in COMPONENTS[:12]:
            assert tried(part, sides_of(package), 0, 0).finding is None
