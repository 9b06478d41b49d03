"""One thread each: cases are small, and tests may run side by side.

The profile "quick" is for mutants (mutants.py), which have to be wrong enough
to fail at once, and for trying things out.
"""
import pytest
import torch
from hypothesis import HealthCheck, Phase, settings
from threadpoolctl import threadpool_limits

settings.register_profile(
    "quick", max_examples=10, deadline=None, derandomize=True,
    database=None, suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate])


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    torch.set_num_threads(1)
    with threadpool_limits(1):
        yield
