"""The ladder."""
import pytest
from hypothesis import given
from hypothesis import strategies as st


from ..proof import (
    check_agreement,
    check_bfloat16,
    check_derivative,
    check_float32,
    check_laws,
)
from ..strategies import cases, generic, moderate, seeds

NAMES = ["layers.self_attention.simple_self_attention", "layers.self_attention.SelfAttention", "layers.self_attention.CausalAttention", "layers.self_attention.MultiHeadAttentionWrapper"]
every = pytest.mark.parametrize("name", NAMES)


@every
@given(data=st.data())
def test_forward_and_gradients_agree(name, data):
    check_agreement(data.draw(cases(name)))


@every
@given(data=st.data())
def test_backward_is_the_derivative_of_forward(name, data):
    check_derivative(data.draw(cases(name, generic)), data.draw(seeds))


@every
@given(data=st.data())
def test_float32_is_as_accurate_as_torchs(name, data):
    check_float32(data.draw(cases(name, moderate)))


@every
@given(data=st.data())
def test_twin_in_bfloat16(name, data):
    check_bfloat16(data.draw(cases(name, moderate)))


@every
@given(data=st.data())
def test_laws(name, data):
    check_laws(data.draw(cases(name)))
