"""From the options to the estimate, and to whether it fits here."""
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from ...architectures.kinds import kind_of
from ...checks import check_sizes
from ...configs.run_config import RunConfig
from ...estimate.communication import Links
from ...estimate.estimate import Estimate, estimate
from ...estimate.fits import Verdict, verdict
from ...estimate.gpus import Gpu, gpu_named
from ...estimate.plan import Plan, plan_of
from ...estimate.room import disk_free
from ...estimate.speed import measured_speed
from ...estimate.table import said_of_fit, table, ways_out
from ..train.model_options import PRESETS
from .here import memory_here, place_of
from .vocabulary import vocabulary_of

__all__ = ["Answer", "answer"]

USABLE = 0.95       # of a GPU's memory; its driver and gaps take the rest


@dataclass(frozen=True)
class Answer:
    """What is printed."""

    name: str
    estimate: Estimate
    verdict: Verdict
    where: str          # in words, behind how much there is
    assumed: str        # on what the times rest
    max_steps: int
    disk: int | None    # bytes free; None = elsewhere

    def to_dict(self) -> dict[str, Any]:
        found = self.verdict
        return {"name": self.name, **self.estimate.to_dict(), "fits": found.fits,
                "available_bytes": found.there, "disk_free_bytes": self.disk,
                "ways_out": [{"options": list(way.options), "bytes": way.bytes,
                              "words": way.words} for way in found.ways],
                "assumed": self.assumed}

    def text(self) -> str:
        found = self.verdict
        lines = [table(self.estimate, self.name, self.assumed, self.max_steps), "",
                 said_of_fit(found, self.where)]
        if not found.fits:
            ways = ways_out(found)
            lines += ["what would:", *ways] if ways else [
                "nothing that can be tried on paper would"]
        if self.disk is not None and self.estimate.disk > self.disk:
            lines.append("the disk is too small for its checkpoints: --folder on another one")
        return "\n".join(lines)


def answer(arguments) -> Answer:
    """The estimate of what was asked for."""
    config = RunConfig(**{field.name: getattr(arguments, field.name)
                          for field in fields(RunConfig)})
    gpu = gpu_named(arguments.gpu) if arguments.gpu else None
    if not 0 < arguments.utilisation <= 1:
        raise ValueError(f"--utilisation is a share of what a GPU promises: expected a number "
                         f"above 0 and at most 1, got {arguments.utilisation}")
    check_sizes(gpus_per_host=arguments.gpus_per_host)
    preset = arguments.preset or (arguments.what if arguments.what in PRESETS else "")
    model, source = vocabulary_of(config, bool(preset))
    config = replace(config, model=model)
    plan = plan_of(config, place="cuda" if gpu else place_of(config), length=arguments.length,
                   shards=max(1, arguments.gpus_per_host // config.device.tensor_parallel))
    there, where = room(plan, gpu, arguments.gpu)
    found = verdict(plan, there, kind_of(model).presets, preset,
                    plan.ranks if plan.place == "cpu" else 1)
    return Answer(
        name=preset or f"a {model.kind}", estimate=estimated(arguments, config, plan, gpu),
        verdict=found, where=where, assumed=assumed(arguments, plan, gpu, source),
        max_steps=0 if preset else config.training.max_steps,
        disk=None if gpu else disk_free(Path(config.folder)))


def room(plan: Plan, gpu: Gpu | None, name: str | None) -> tuple[float | None, str]:
    """Bytes for the ranks, and where that is."""
    if gpu is not None:
        return USABLE * gpu.memory, f"usable on one {name}"
    there, what = memory_here(plan.place)
    if there is not None and plan.ranks > 1 and plan.place == "cpu":
        what += f", of which each of {plan.ranks} ranks has its share"
    return there, what


def estimated(arguments, config: RunConfig, plan: Plan, gpu: Gpu | None) -> Estimate:
    """With the time on a GPU that is named, or at this machine's speed."""
    if gpu is not None:
        links = Links(inside=gpu.link, between=1e9 * arguments.network,
                      per_host=arguments.gpus_per_host)
        return estimate(plan, gpu=gpu, utilisation=arguments.utilisation, links=links)
    speed = measured_speed(config.backend, config.device, arguments.measure)
    return estimate(plan, speed=speed.of_ranks(plan.ranks))


def assumed(arguments, plan: Plan, gpu: Gpu | None, source: str) -> str:
    """What the figures rest on, in a line."""
    ranks = f"{plan.ranks} ranks, " if plan.ranks > 1 else ""
    how = f"{ranks}{plan.backend}, {plan.precision}"
    if gpu is None:
        place = "its GPU" if plan.place == "cuda" else "its processor"
        return f"by {how}, on this machine ({place}); {source}"
    return (f"by {how}, on {arguments.gpu} at {arguments.utilisation:.0%} of its data sheet; "
            f"{source}")


