"""What a server counts, for Prometheus: GET /metrics."""
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

__all__ = ["Metrics"]

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """The counters of one server."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        make: Any = {"registry": self.registry}
        self.requests = Counter("twinformer_requests", "Requests that were answered",
                                ["route", "status"], **make)
        self.seconds = Histogram("twinformer_request_seconds", "From a request to its last byte",
                                 ["route"], buckets=SECONDS, **make)
        self.first = Histogram("twinformer_first_token_seconds",
                               "From a request to its first token", buckets=SECONDS, **make)
        self.read = Counter("twinformer_prompt_tokens", "Tokens of prompts", **make)
        self.written = Counter("twinformer_generated_tokens", "Tokens that were written", **make)
        self.running = Gauge("twinformer_running_texts", "Texts in the batch", **make)
        self.waiting = Gauge("twinformer_waiting_requests", "Requests before their turn", **make)
        self.step = Histogram("twinformer_step_seconds", "One token more for every text",
                              buckets=SECONDS, **make)

    def stepped(self, texts: int, tokens: int, seconds: float) -> None:
        """What the engine tells of every step."""
        self.running.set(texts)
        self.written.inc(tokens)
        self.step.observe(seconds)

    def text(self) -> bytes:
        """In Prometheus' form."""
        return generate_latest(self.registry)
