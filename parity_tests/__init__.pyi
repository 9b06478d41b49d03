"""The proof that numpy_impl and torch_impl are the same mathematics."""
from .agreement import (
    DOUBLE as DOUBLE,
    RoundingErrors as RoundingErrors,
    assert_agree as assert_agree,
    fraction as fraction,
    measured_bounds as measured_bounds,
)
from .components import (
    COMPONENTS as COMPONENTS,
    Case as Case,
    Component as Component,
    Seeded as Seeded,
    bounds_of as bounds_of,
    component as component,
    run_numpy as run_numpy,
    run_torch as run_torch,
    run_twin as run_twin,
)
