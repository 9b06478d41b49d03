"""The reference and the twin of a tiny model of any kind, of equal weights."""
from dataclasses import replace

import numpy as np

from numpy_impl.models.building import new_model
from numpy_impl.models.parameters import set_parameters
from torch_impl.models import parameters
from torch_impl.models.building import new_model as new_twin
from twinformer.models.initialisation import initial_parameters

from ..lockstep import small_run

__all__ = ["twins_of"]


def twins_of(kind, context, **settings):
    """The reference and the twin of a tiny model, in float64."""
    config = replace(small_run(kind=kind).model, context_length=context, **settings)
    values = {name: 5 * array for name, array in initial_parameters(config, 1).items()}
    model = new_model(config, seed=None).to(np.float64)
    twin = new_twin(config, seed=None).double()
    set_parameters(model, values)
    parameters.set_parameters(twin, values)
    return model, twin
