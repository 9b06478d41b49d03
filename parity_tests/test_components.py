"""Every proof on every component.

What is not asked of a component, and why, its entry in components.py says;
the laws that are a component's own stand in the test file of its module.
"""
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .components import COMPONENTS
from .proof import (
    check_agreement,
    check_bfloat16,
    check_derivative,
    check_float32,
    check_laws,
    check_special_values,
)
from .strategies import broken, cases, generic, moderate, seeds, values

# What is checked, on which numbers, and what else is drawn for it
PROOFS = {
    "agreement": (check_agreement, values),
    "derivative": (check_derivative, generic, seeds),
    "float32": (check_float32, moderate),
    "bfloat16": (check_bfloat16, moderate),
    "laws": (check_laws, values),
    "special_values": (check_special_values, broken),
}
# Each but the first asks a question of its own of the same sizes and masks:
# a third of the examples keeps the whole to minutes
LESS = 3


@pytest.mark.parametrize("part, proof", [
    pytest.param(part, proof, id=f"{part.name}-{proof}")
    for part in COMPONENTS for proof in PROOFS if proof not in part.skips])
def test_component(part, proof):
    check, numbers, *more = PROOFS[proof]
    examples = settings().max_examples // (1 if proof == "agreement" else LESS)
    if part.model:
        examples //= 4  # of each it takes seconds
    examples = max(5, examples)

    @settings(max_examples=examples)
    @given(st.data())
    def holds(data):
        check(*map(data.draw, (cases(part, numbers), *more)))
    holds()


def test_skipped_proofs_exist_and_have_a_reason():
    for part in COMPONENTS:
        assert set(part.skips) <= set(PROOFS), part.name
        assert all(len(why) > 20 for why in part.skips.values()), part.name
