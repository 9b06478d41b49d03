"""Hypothesis profiles: "fast" for every day, "deep" before a release.

    pytest --hypothesis-profile=deep
"""
from hypothesis import HealthCheck, settings

slow_ok = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("fast", max_examples=60, deadline=None,
                          derandomize=True, suppress_health_check=slow_ok)
settings.register_profile("deep", max_examples=5000, deadline=None,
                          suppress_health_check=slow_ok)
settings.load_profile("fast")
