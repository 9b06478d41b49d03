"""The fast branch of AdamW: torch's fused kernel, all parameters at once.

Moments and count of steps stay those of the AdamW that it works for: fused
and spelled-out steps may follow each other in any order.
"""
from collections import defaultdict

import torch
from torch.distributed.tensor import DTensor

__all__ = ["FusedAdamW"]


class FusedAdamW:
    """torch.optim.AdamW, at work on the moments of an AdamW of optimizer.py.

    torch counts the steps of each parameter in a tensor of its own. Here they
    are views of one tensor, so that one call sets them all.
    """

    def __init__(self, adamw):
        self.adamw = adamw
        parameters = dict(adamw.model.named_parameters())
        groups = defaultdict(list)
        for name in adamw.first:
            decay = adamw.decay(name, parameters[name])
            divided = isinstance(parameters[name], DTensor)
            groups[decay, divided].append(parameters[name])
        self.optimizer = torch.optim.AdamW(
            [{"params": group, "weight_decay": decay}
             for (decay, _), group in groups.items()],
            betas=(adamw.beta1, adamw.beta2), eps=adamw.epsilon, fused=True)
        devices = {tensor.device for tensor in adamw.first.values()}
        self.counts = torch.zeros(len(adamw.first), device=devices.pop())
        for name, count in zip(adamw.first, self.counts, strict=True):
            self.optimizer.state[parameters[name]] = {
                "step": count, "exp_avg": adamw.first[name],
                "exp_avg_sq": adamw.second[name]}

    def step(self, learning_rate: float) -> None:
        """The step that adamw.steps counts."""
        self.counts.fill_(self.adamw.steps - 1)  # torch adds the 1 itself
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate
        self.optimizer.step()
