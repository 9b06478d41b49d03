"""Two learners in lockstep: the same weights, batches and dropout masks, step
by step through a whole training run, and the first place where they part.

    python -m parity_tests.lockstep            # the reference and the twin
    python -m parity_tests.lockstep --steps 1000 --kind qwen3_moe

    run.py        what both are given
    stepping.py   how far two correct runs may drift apart, and whether they do
    either.py     what is looked at, of either kind of learner
"""
from .either import gradients_of as gradients_of
from .either import weights_of as weights_of
from .run import SIZES as SIZES
from .run import Run as Run
from .run import learners as learners
from .run import small_run as small_run
from .stepping import ROUNDINGS as ROUNDINGS
from .stepping import Parting as Parting
from .stepping import in_lockstep as in_lockstep
