"""Small corpora whose tokens are their own positions."""
import numpy as np
from hypothesis import strategies as st


@st.composite
def corpora(draw):
    """tokens, max_length, stride"""
    max_length = draw(st.integers(1, 9))
    stride = draw(st.none() | st.integers(1, 12))
    n = draw(st.integers(max_length + 1, 120))
    dtype = draw(st.sampled_from([np.uint16, np.uint32, np.int64]))
    return np.arange(n, dtype=dtype), max_length, stride
