"""twinformer train: whether there is room for the run, said before anything is done."""
import os

from ...architectures.kinds import kind_of
from ...configs.run_config import RunConfig
from ...estimate.fits import Verdict, verdict
from ...estimate.parameters import trained_parameters
from ...estimate.plan import Plan, plan_of
from ...estimate.table import ways_out
from ...estimate.words import count, in_bytes
from ..estimate.here import memory_here, place_of
from ..estimate.vocabulary import vocabulary_of

__all__ = ["check_room"]

SURE = 1.25     # what needs so much more than there is will not fit, whatever the estimate misses


def check_room(config: RunConfig, preset: str = "", force: bool = False) -> str:
    """What the run needs beside what there is, in a sentence for its first lines.

    Raises
    ------
    ValueError
        Where it cannot fit, unless it is forced; the message names what would.
    """
    try:
        model, _ = vocabulary_of(config)
        ranks = int(os.environ.get("WORLD_SIZE", config.device.ranks))
        here = int(os.environ.get("LOCAL_WORLD_SIZE", ranks))
        shards = max(1, here // config.device.tensor_parallel)
        plan = plan_of(config, model=model, place=place_of(config), ranks=ranks, shards=shards)
    except (OSError, ValueError):
        return ""       # what is wrong is said by those who need it
    there, where = memory_here(plan.place)
    processes = here if plan.place == "cpu" else 1
    found = verdict(plan, there, kind_of(model).presets, preset, processes)
    said = said_before(found, plan, where)
    if found.there is None or found.needed <= SURE * found.there or force:
        return said
    ways = "; or ".join(line.strip() for line in ways_out(found))
    raise ValueError(f"{said}. What would fit: {ways or 'nothing that could be tried on paper'}. "
                     f"(--force begins all the same; twinformer estimate shows more)")


def said_before(found: Verdict, plan: Plan, where: str) -> str:
    """How much it needs of how much there is."""
    model = f"{count(trained_parameters(plan.model))} parameters"
    needs = f"{model} in batches of {plan.batch_size} x {plan.T} tokens need about "
    if found.there is None:
        return f"{needs}{in_bytes(found.needed)} of memory"
    there = in_bytes(max(found.there, 0))
    told = f"{needs}{in_bytes(found.needed)} of memory, with {there} {where}"
    if found.fits:
        return f"{told}: it fits"
    if found.needed <= SURE * found.there:
        return f"{told}: that may not fit"
    return f"{told}: it does not fit"
