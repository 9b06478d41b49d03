"""One thread each: cases are small, and tests may run side by side.

The profiles "quick" and "thorough" are for mutants (mutants.py): a failure is
all they need, not the smallest one.
"""
import pytest
import torch
from hypothesis import HealthCheck, Phase, settings
from threadpoolctl import threadpool_limits

for name, examples in (("quick", 10), ("thorough", 60)):
    settings.register_profile(
        name, max_examples=examples, deadline=None, derandomize=True,
        database=None, suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate])


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    torch.set_num_threads(1)
    with threadpool_limits(1):
        yield
