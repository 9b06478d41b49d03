"""The table of aligned shares counts what a reader would call the same line."""
from .aligned_share import LIBRARIES, aligned, compared, main, pairs, plain, share

REFERENCE = '''import numpy as np
from .linear import (Linear,
                     other)
__all__ = ["f",
           "f_backward"]
def f(x):
    """x (N, D) -> y (N, D), cache"""
    h, up_cache = self.up.forward(x)  # (N, F)
    y = np.concatenate([h, h.max(-1, keepdims=True)], axis=-1)
    return y, Cache(up_cache, h)
def f_backward(dy, cache):
    return dy
'''.splitlines()
TWIN = '''import torch
from .fused import fused
__all__ = ["f"]
def f(x):
    """x (N, D) -> y (N, D)"""
    if fused():
        mask = None
        return functional.f(x)
    h = self.up(x)                   # (N, F)
    y = torch.cat([h, h.amax(-1, keepdim=True)], dim=-1)
    return y
'''.splitlines()


def test_all_of_a_twin_stands_in_its_reference():
    reference, twin = compared(REFERENCE), compared(TWIN)
    assert len(twin) == 5
    assert aligned(reference, twin) == 5


def test_another_statement_and_another_order_do_not_count():
    reference, twin = compared(REFERENCE), compared(TWIN)
    assert aligned(reference, [*twin[:4], "return -y"]) == 4
    assert aligned(reference, [twin[3], twin[2]]) == 1
    assert plain("y = np.exp(x)") != plain("y = torch.log(x)")


def test_the_twins_stand_in_the_reference(capsys):
    """But for those where a library does what the reference writes out."""
    assert main(["--least", "0.85"]) == 0, capsys.readouterr().out
    assert set(LIBRARIES) == {line.split()[1] for line in capsys.readouterr().out.splitlines()}


def test_words_of_the_libraries_are_the_same():
    for ours, theirs in [
            ("y, ids = self.embedding.forward(x)", "y = self.embedding(x)"),
            ("logp, _ = model.forward(ids)", "logp = model(ids.to(device))"),
            ("return y, ids", "return y"),
            ("q, k, v = np.split(qkv, 3, -1)", "q, k, v = torch.chunk(qkv, 3, -1)"),
            ("np.take_along_axis(x, i, -1)", "torch.take_along_dim(x, i, -1)"),
            ("a = x.astype(y.dtype)", "a = x.to(y.dtype)"),
            ("losses = f(margins)", "losses = f(torch.from_numpy(margins))")]:
        assert plain(ours) == plain(theirs)
    assert plain("q, k = np.split(x, 2)") != plain("q, k = torch.split(x, 2)")


def test_every_pair_has_a_share():
    assert "layers/softmax.py" in pairs()
    assert all(0 <= share(name) <= 1 for name in pairs())


def test_pairs_are_listed_below_a_least_share(capsys):
    assert main(["--least", "0"]) == 0 and capsys.readouterr().out == ""
    assert main(["--least", "1.1"]) == 1
    assert set(pairs()) == {line.split()[1] for line in capsys.readouterr().out.splitlines()}
    assert main([]) == 0
    assert "of them in pairs" in capsys.readouterr().out
