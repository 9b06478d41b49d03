"""The proof that numpy_impl and torch_impl are the same mathematics."""
from .agreement import (
    assert_agree as assert_agree,
    fraction as fraction,
)
from .bounds import (
    DOUBLE as DOUBLE,
    measured_bounds as measured_bounds,
)
from .case import Case as Case
from .cases import (
    Seeded as Seeded,
    seeded_case as seeded_case,
)
from .component_base import Component as Component
from .components import (
    COMPONENTS as COMPONENTS,
    component as component,
)
from .rounding_errors import RoundingErrors as RoundingErrors
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
