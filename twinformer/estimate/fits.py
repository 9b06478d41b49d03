"""Does it fit? And where it does not: what would.

Every way out is tried on paper before it is named: a smaller batch with as many microbatches
more, activations that are computed again, LoRA on published weights, more ranks under fsdp, a
smaller model of the kind.
"""
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from .memory import LIBRARIES, memory_of
from .parameters import lora_parameters, trained_parameters
from .plan import FLOAT, Plan

__all__ = ["Verdict", "Way", "checkpoint_bytes", "needed", "verdict"]

LORA_RANK = 8
MOST_RANKS = 1024
SHORT = 1024        # tokens of a text to fall back on
CHECKPOINTS = 3     # two are kept, and the next one is written before the oldest goes


class Way(NamedTuple):
    """A way out: what to say, the options that go it, and what is needed then."""

    words: str
    options: tuple[str, ...]
    bytes: float


class Verdict(NamedTuple):
    """Whether a run fits where it shall be done."""

    needed: float               # bytes of one rank, libraries included
    there: float | None         # bytes; None = nothing tells
    ways: tuple[Way, ...]       # none where it fits

    @property
    def fits(self) -> bool:
        return self.there is None or self.needed <= self.there


def needed(plan: Plan) -> float:
    """What one rank takes at its highest point, with the libraries; on a GPU, what is there."""
    libraries = LIBRARIES[plan.backend] if plan.place == "cpu" else 0.0
    return memory_of(plan).peak + libraries


def checkpoint_bytes(plan: Plan) -> float:
    """On the disk, of a run that goes on for long: weights and two moments in each."""
    return CHECKPOINTS * 3.0 * FLOAT * trained_parameters(plan.model)


def verdict(plan: Plan, there: float | None, presets: Mapping[str, Any] | None = None,
            preset: str = "", processes: int = 1) -> Verdict:
    """Whether the plan fits in so many bytes, and what would.

    Parameters
    ----------
    there
        Bytes free, for `processes` ranks that share them; None = unknown.
    presets
        {name: config} of models to fall back on, of the same kind.
    preset
        The name of the one that is planned.
    """
    room = None if there is None else there / processes
    found = Verdict(needed(plan), room, ())
    if found.fits or room is None:
        return found
    same = (smaller_batch(plan, room), recomputing(plan, room), both(plan, room),
            more_ranks(plan, room), shorter(plan, room))
    others = [lora(plan, room, preset)]
    if not any(same):
        others.append(smaller(plan, room, presets or {}))
    return found._replace(ways=tuple(way for way in (*same, *others) if way is not None))


def smaller_batch(plan: Plan, room: float) -> Way | None:
    """The largest batch that fits, and so many microbatches that a step stays what it was."""
    for batch in range(plan.batch_size - 1, 0, -1):
        if plan.batch_size * plan.accumulation % batch:
            continue
        turns = plan.batch_size * plan.accumulation // batch
        bytes_then = needed(replace(plan, batch_size=batch, accumulation=turns))
        if bytes_then <= room:
            options = ("--batch-size", str(batch), "--accumulation", str(turns))
            return Way(f"{turns} microbatches of {batch} in a step: the same step", options,
                       bytes_then)
    return None


def recomputing(plan: Plan, room: float) -> Way | None:
    """Activations that are computed again."""
    if plan.checkpointing or plan.backend != "torch":
        return None
    bytes_then = needed(replace(plan, checkpointing=True))
    if bytes_then > room:
        return None
    return Way("activations computed again in backward, a third more arithmetic",
               ("--activation-checkpointing",), bytes_then)


def both(plan: Plan, room: float) -> Way | None:
    """A smaller batch and recomputing, where neither is enough."""
    if plan.checkpointing or plan.backend != "torch":
        return None
    if smaller_batch(plan, room) or recomputing(plan, room):
        return None
    way = smaller_batch(replace(plan, checkpointing=True), room)
    return way and Way(f"{way.words}, and activations computed again",
                       (*way.options, "--activation-checkpointing"), way.bytes)


def shorter(plan: Plan, room: float) -> Way | None:
    """Shorter texts, one at a time, where long ones are what does not fit."""
    again = plan.backend == "torch"
    if plan.T <= SHORT or smaller_batch(replace(plan, checkpointing=again), room):
        return None
    bytes_then = needed(replace(plan, batch_size=1, length=SHORT, checkpointing=again))
    if bytes_then > room:
        return None
    options = ["--batch-size", "1", "--context-length", str(SHORT)]
    options += ["--activation-checkpointing"] if again else []
    return Way(f"texts of {SHORT} tokens in place of {plan.T}", tuple(options), bytes_then)


def more_ranks(plan: Plan, room: float) -> Way | None:
    """More GPUs, each of which keeps a piece; not on one machine's processor, where all pieces
    are in the same memory."""
    if plan.place != "cuda" or plan.backend != "torch":
        return None
    ranks = 2 * plan.ranks
    while ranks <= MOST_RANKS:
        then = replace(plan, ranks=ranks, strategy="fsdp")
        if (bytes_then := needed(then)) <= room:
            return Way(f"{ranks} ranks that share the model",
                       ("--ranks", str(ranks), "--strategy", "fsdp"), bytes_then)
        ranks *= 2
    return None


def lora(plan: Plan, room: float, preset: str) -> Way | None:
    """LoRA on the published weights: no gradients and moments but of what it adds."""
    if not preset:
        return None
    saved = 3.0 * FLOAT * trained_parameters(plan.model)
    added = 4.0 * FLOAT * lora_parameters(plan.model, LORA_RANK)
    bytes_then = needed(replace(plan, batch_size=1, length=min(plan.T, SHORT))) - saved + added
    if bytes_then > room:
        return None
    return Way("LoRA on the published weights, an example at a time, in place of a new model",
               ("instruct", "--model", preset, "--train", "lora"), bytes_then)


def smaller(plan: Plan, room: float, presets: Mapping[str, Any]) -> Way | None:
    """The largest model of the kind that fits: with these batches, with a text at a time, with
    shorter texts; its activations computed again, if need be."""
    short = min(plan.T, SHORT)
    for batch, length, again in ((plan.batch_size, plan.T, False), (1, plan.T, False),
                                 (1, short, False), (1, short, True)):
        if again and plan.backend != "torch":
            continue
        fitting = {}
        for name, config in presets.items():
            then = replace(plan, model=config, batch_size=batch, checkpointing=again,
                           length=min(length, config.context_length))
            if needed(then) <= room:
                fitting[name] = needed(then)
        if fitting:
            name = max(fitting, key=lambda name: trained_parameters(presets[name]))
            options = ["--preset", name]
            options += ["--batch-size", "1"] if batch == 1 else []
            options += ["--context-length", str(length)] if length < plan.T else []
            options += ["--activation-checkpointing"] if again else []
            return Way("the largest model of the kind that does", tuple(options), fitting[name])
    return None
