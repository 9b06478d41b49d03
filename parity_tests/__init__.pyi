"""The proof that numpy_impl and torch_impl are the same mathematics."""
from .agreement import (
    DOUBLE as DOUBLE,
    RoundingErrors as RoundingErrors,
    assert_agree as assert_agree,
    fraction as fraction,
    measured_bounds as measured_bounds,
)
from .cases import (
    Case as Case,
    Seeded as Seeded,
    seeded_case as seeded_case,
)
from .components import (
    COMPONENTS as COMPONENTS,
    Component as Component,
    component as component,
)
from .running import (
    bounds_of as bounds_of,
    run_numpy as run_numpy,
    run_torch as run_torch,
)
from .tape import (
    Variable as Variable,
    gradients as gradients,
)
from .tape.running import run_tape as run_tape
from . import ports as ports
from .ports import parametrize_with_checks as parametrize_with_checks
