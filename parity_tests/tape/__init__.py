"""A tape: reverse-mode differentiation of whatever NumPy code it is run
through, the reference's own layers, unchanged, among it. What torch's autograd
does, small enough to read; and in the proof a fourth way to every gradient.

    x = Variable(np.array([0.0, 1.0]))
    p = softmax(x)                             # numpy_impl's own, as it stands
    gradients(p, np.array([1.0, 0.0]), [x])    # softmax_backward's numbers

    variable.py   arithmetic: what a step is, and how to go back over all
    moving.py     reshape, x[i], where, x[i] = y: numbers that change places
    running.py    a case of the proof, run on the tape
"""
from .variable import Variable as Variable
from .variable import gradients as gradients
