"""Hypothesis profiles, "fast" for every day and "deep" before a release, and
the tests that take minutes:

    pytest --hypothesis-profile=deep
    pytest --run-slow

"quick" and "thorough" are for mutants (parity_tests/mutants): a failure is
all they need, not the smallest one.
"""
import os

# Cases are small and tests run side by side, one process a core: threads of
# each would only wait for those of the others. Read when NumPy and torch load.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# What is compared with English texts is said in English, whatever the system speaks
os.environ["TWINFORMER_LANGUAGE"] = "en"

import pytest
from hypothesis import HealthCheck, Phase, settings

slow_ok = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("fast", max_examples=40, deadline=None,
                          derandomize=True, suppress_health_check=slow_ok)
settings.register_profile("deep", max_examples=5000, deadline=None,
                          suppress_health_check=slow_ok)
for name, examples in (("quick", 10), ("thorough", 60)):
    settings.register_profile(
        name, max_examples=examples, deadline=None, derandomize=True,
        database=None, suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate])
settings.load_profile("fast")


def pytest_addoption(parser):
    parser.addoption("--run-slow", action="store_true",
                     help="run the tests that take minutes as well")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--run-slow"):
        return
    skip = pytest.mark.skip(reason="takes minutes: --run-slow runs it")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)
