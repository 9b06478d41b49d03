"""All that is said about a plan, in one object."""
from dataclasses import asdict, dataclass, replace
from typing import Any

from .communication import Communication, Links, communication_of
from .fits import checkpoint_bytes, needed
from .flops import Flops, flops_of
from .gpus import Gpu
from .kv_cache import kv_cache_bytes
from .memory import Memory, memory_of
from .parameters import parts_of, trained_parameters
from .plan import Plan
from .seconds import StepTime, gpu_step, machine_step
from .speed import Speed

__all__ = ["Estimate", "estimate"]


@dataclass(frozen=True)
class Estimate:
    """What a run costs. Bytes and operations are of one rank, seconds of a step of all."""

    plan: Plan
    parameters: dict[str, int]      # by part
    total_parameters: int
    active_parameters: int          # that work on a token
    flops_per_token: float          # forward and backward
    flops: Flops
    memory: Memory
    needed: float                   # with the libraries
    recomputed: float | None        # needed with checkpointing, where that can be asked for
    kv_cache: float                 # of a text as long as the plan's
    disk: float                     # of the checkpoints
    communication: Communication
    step: StepTime | None           # None where no speed is known

    @property
    def tokens_per_second(self) -> float | None:
        return self.plan.tokens / self.step.total if self.step else None

    def utilisation(self, peak: float) -> float | None:
        """The model's operations as a share of what one rank's device could do."""
        return self.flops.model / self.step.total / peak if self.step else None

    def to_dict(self) -> dict[str, Any]:
        """For programs: JSON's types alone."""
        flops, step = self.flops, self.step
        return {
            "plan": asdict(replace(self.plan, length=self.plan.T)) | {
                "tokens_per_step": self.plan.tokens},
            "parameters": {"total": self.total_parameters, "active": self.active_parameters,
                           **self.parameters},
            "flops": {"per_token": self.flops_per_token, "forward": flops.forward,
                      "backward": flops.backward, "again": flops.again, "step": flops.model,
                      "done": flops.done},
            "memory_bytes": asdict(self.memory) | {
                "state": self.memory.state, "needed": self.needed,
                "needed_with_checkpointing": self.recomputed},
            "kv_cache_bytes": self.kv_cache,
            "disk_bytes": self.disk,
            "communication_bytes": self.communication._asdict() | {
                "total": self.communication.total},
            "step_seconds": None if step is None else step._asdict() | {
                "total": step.total, "efficiency": step.efficiency},
            "tokens_per_second": self.tokens_per_second}


def estimate(plan: Plan, *, speed: Speed | None = None, gpu: Gpu | None = None,
             utilisation: float = 0.4, links: Links | None = None) -> Estimate:
    """Everything about a plan.

    Parameters
    ----------
    speed
        Of this machine, as it was measured; of one rank.
    gpu, utilisation, links
        In place of it: GPUs of that kind, the share of their promised speed that one by itself
        reaches, and how they are connected.
    """
    model, step = plan.model, None
    if gpu is not None:
        step = gpu_step(plan, gpu, utilisation, links or Links(inside=gpu.link))
    elif speed is not None:
        step = machine_step(plan, speed)
    recomputed = None
    if plan.backend == "torch" and not plan.checkpointing:
        recomputed = needed(replace(plan, checkpointing=True))
    count = trained_parameters(model)
    return Estimate(
        plan=plan, parameters=parts_of(model), total_parameters=count,
        active_parameters=getattr(model, "active_parameter_count", lambda: count)(),
        flops_per_token=model.flops_per_token(plan.T), flops=flops_of(plan),
        memory=memory_of(plan), needed=needed(plan), recomputed=recomputed,
        kv_cache=kv_cache_bytes(model, plan.T, width=plan.width), disk=checkpoint_bytes(plan),
        communication=communication_of(plan), step=step)


