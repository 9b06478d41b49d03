"""What the ranks say to each other in a step, and how long that takes.

A ring of n ranks sends (n - 1) / n of an array of S bytes through every link to gather or to
scatter it, and twice that to add it up everywhere. Thakur et al. 2005, "Optimization of Collective
Communication Operations in MPICH"; which strategy sends what: Rajbhandari et al. 2019
(arXiv:1910.02054), section 7; Shoeybi et al. 2019 (arXiv:1909.08053), section 3.
"""
from typing import NamedTuple

from .anatomy import anatomy
from .parameters import held_parameters
from .plan import FLOAT, Plan

__all__ = ["Communication", "Links", "communication_of", "communication_seconds"]


class Links(NamedTuple):
    """How fast one rank sends, in bytes/s, to ranks of its host and to those of others."""

    inside: float = 450e9
    between: float = 50e9       # 400 Gbit/s for each GPU
    per_host: int = 8
    delay: float = 5e-6         # seconds until a message begins to arrive


class Communication(NamedTuple):
    """Bytes that one rank sends in a step, and in how many messages' time."""

    data: float         # gradients and gathered weights: beside the arithmetic
    data_hops: float
    copies: float       # hybrid sharding: gradients between the groups of shards
    tensor: float       # tensor parallel sums: the arithmetic waits for them
    tensor_hops: float

    @property
    def total(self) -> float:
        return self.data + self.copies + self.tensor


def ring(n: int) -> float:
    """The share of an array that goes through every link."""
    return (n - 1) / n


def communication_of(plan: Plan) -> Communication:
    """What one rank sends in a step."""
    a, n, tp = anatomy(plan.model), plan.data_ranks, plan.tensor_parallel
    own = held_parameters(plan) * plan.pieces       # of a tensor parallel rank, whole
    data = hops = copies = 0.0
    if plan.strategy == "ddp" and n > 1:            # once a step: no_sync in accumulation
        data, hops = 2 * ring(n) * FLOAT * own, 2 * (n - 1)
    elif plan.pieces > 1:
        s, turns = plan.pieces, plan.accumulation
        # weights come before forward and before backward of every microbatch, gradients go once
        data = ring(s) * own * (2 * turns * plan.width + FLOAT)
        hops = (2 * turns + 1) * (a.L + 1) * (s - 1)
        if n > s:
            copies = 2 * ring(n // s) * FLOAT * own / s
    tensor = tensor_hops = 0.0
    if tp > 1:      # two sums forward and two backward in each block; again, if recomputed
        sums = (6 if plan.checkpointing else 4) * a.L + 2       # and behind the tables
        logits = ring(tp) * plan.width * plan.rows * a.V        # gathered
        tensor = sums * 2 * ring(tp) * plan.width * plan.rows * a.D + logits
        tensor, tensor_hops = (plan.accumulation * n for n in (tensor, (2 * sums + 1) * (tp - 1)))
    return Communication(data, hops, copies, tensor, tensor_hops)


def communication_seconds(plan: Plan, links: Links) -> tuple[float, float]:
    """-> (beside the arithmetic, while the arithmetic waits)

    Tensor parallel ranks are neighbours in a host. A ring that leaves the host is as fast as its
    slowest link.
    """
    sent, tp = communication_of(plan), plan.tensor_parallel
    group = plan.pieces if plan.pieces > 1 else plan.data_ranks

    def speed(ranks: int) -> float:
        return links.inside if ranks <= links.per_host else links.between

    beside = sent.data / speed(group * tp) + sent.data_hops * delay(group * tp, links)
    if sent.copies:
        beside += sent.copies / speed(plan.ranks)
    waiting = sent.tensor / speed(tp) + sent.tensor_hops * delay(tp, links)
    return beside, waiting


def delay(ranks: int, links: Links) -> float:
    """Of one hop, on average: those inside of a host take a tenth of the time."""
    if ranks <= links.per_host:
        return links.delay / 10
    hosts = ranks / links.per_host
    return links.delay * (hosts + (ranks - hosts) / 10) / ranks


