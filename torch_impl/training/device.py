"""What the twin does to be fast on this machine: device, mixed precision,
fused kernels, compilation, activation checkpointing. Torch only: the reference
has one device and one precision. None of it changes the mathematics.
"""
import contextlib
import copy
import math
from dataclasses import replace
from functools import partial

import numpy as np
import torch
from torch.utils.checkpoint import checkpoint

from twinformer.ranks import current_ranks

from ..distributed.strategies import strategy_of
from ..layers.whole_tensors import whole
from ..layers.compiler import compiler
from ..layers.fused import spelled_out
from ..models.parameters import numbers
from .padded_head import pad_vocabulary

__all__ = ["Machine", "choose_device"]

PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16,
              "float16": torch.float16}


def choose_device(name: str) -> torch.device:
    """The device of that name; "auto" takes CUDA, else MPS, else the CPU.

    Raises
    ------
    ValueError
        If this machine, or this build of torch, has no such device.
    """
    here = {"cuda": torch.cuda.is_available(),
            "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        name = next(device for device, there in here.items() if there)
    if not here.get(name):
        found = ", ".join(device for device, there in here.items() if there)
        raise ValueError(f"device {name!r} is not here: torch "
                         f"{torch.__version__} on this machine has {found}")
    return torch.device(name)


class Machine:
    """A DeviceConfig put to work.

    float16 has few exponents: gradients are computed of a scaled loss, the
    scale is halved when they overflow (that step is skipped) and doubled after
    2000 steps that did not. Micikevicius et al. 2018 (arXiv:1710.03740).
    """

    def __init__(self, config):
        self.config = config
        self.ranks = current_ranks()
        self.device = choose_device(config.device)
        self.precision = PRECISIONS[config.precision]
        self.scale = 65536.0 if config.precision == "float16" else 1.0
        self.good_steps = 0
        self.parallel = strategy_of(config, self.ranks, self.precision)
        if config.threads:
            torch.set_num_threads(config.threads)
        if self.device.type == "cuda":
            torch.set_float32_matmul_precision(
                "high" if config.tf32 else "highest")

    def prepare(self, model, loss):
        """Set the model up; returns the loss function to call."""
        model.to(self.device)
        if self.config.activation_checkpointing:
            model.run = recomputed
        if self.config.vocabulary_multiple > 1:
            pad_vocabulary(model.head, self.config.vocabulary_multiple)
        if (self.config.compile and self.device.type == "cpu"
                and not compiler()):
            raise ValueError(
                "device.compile needs a C++ compiler, and there is none on "
                "the PATH; install one (gcc, clang or Visual Studio) or "
                "leave device.compile out")
        loss = self.parallel.prepare(model, loss, self.config.compile)

        def forward(model, batch, keep=None):
            with self.arithmetic():
                return loss(model, batch, keep)
        return forward

    def backward(self, loss) -> None:
        """The gradients of the loss, times the scale; added up over ranks,
        who make a mean of theirs.

        What is recomputed takes the kernels of the forward pass; autocast
        remembers its own precision.
        """
        self.ranks.came_to("a backward pass")
        with self.kernels():
            (loss * (self.scale * self.ranks.data_size)).backward()

    def tensors(self, batch):
        """A (named) tuple of arrays as one of tensors on the device.

        Integers become int64, whatever a corpus keeps them in.
        """
        tensors = [self.tensor(array) for array in batch]
        kind = getattr(type(batch), "_make", tuple)
        return kind(tensors)

    def tensor(self, array):
        tensor = torch.as_tensor(array)
        whole = not (tensor.is_floating_point() or tensor.dtype == torch.bool)
        return tensor.to(self.device, torch.int64 if whole else tensor.dtype,
                         non_blocking=True)

    @contextlib.contextmanager
    def arithmetic(self):
        """The precision and the kernels of forward passes."""
        mixed = self.precision != torch.float32
        with self.kernels(), torch.autocast(self.device.type, self.precision,
                                            enabled=mixed):
            yield

    def kernels(self):
        """The kernels of forward passes, and of what is recomputed."""
        return contextlib.nullcontext() if self.config.fused_kernels \
            else spelled_out()

    def optimizing(self):
        """The kernels of the optimizer's step."""
        return contextlib.nullcontext() if self.config.fused_optimizer \
            else spelled_out()

    def masks(self, seed):
        """Where dropout's masks come from, for (seed, step, microbatch).

        torch draws its own, inside its kernels; only their seed is set.
        """
        self.ranks.came_to(f"the forward passes of step {seed[1]}")
        words = np.random.SeedSequence(seed).generate_state(1, np.uint64)
        torch.manual_seed(int(words[0]))
        return None if self.config.fused_kernels \
            else partial(random_mask, self.device)

    def unscale(self, gradients) -> None:
        if self.scale != 1:
            for gradient in gradients:
                gradient /= self.scale

    def overflowed(self, norm: float) -> bool:
        """True where a float16 gradient overflowed: skip this step.

        With a scale of 1 there is none left to blame it on.
        """
        finite = math.isfinite(norm)
        if self.precision != torch.float16 or (
                self.scale == 1 and not finite):
            return False
        self.good_steps = self.good_steps + 1 if finite else 0
        if not finite:
            self.scale = max(1.0, self.scale / 2)
        elif self.good_steps % 2000 == 0:
            self.scale *= 2
        return not finite

    def state(self, tensors) -> dict[str, np.ndarray]:
        """{name: array}, on the CPU, and what float16 goes on with. All of
        several ranks help to make them, and the first one has them."""
        arrays = {}
        for name, tensor in tensors.items():
            tensor = whole(torch.as_tensor(tensor))
            if self.ranks.first:
                arrays[name] = numbers(tensor)
        return arrays | self.scaling()

    def scaling(self) -> dict[str, np.ndarray]:
        """What float16 goes on with, and nothing else does."""
        if self.precision != torch.float16:
            return {}
        return {"scale.factor": np.array(self.scale),
                "scale.good_steps": np.array(self.good_steps)}

    def load_state(self, state) -> None:
        if self.precision == torch.float16 and "scale.factor" in state:
            self.scale = float(state["scale.factor"])
            self.good_steps = int(state["scale.good_steps"])


def random_mask(device, shape, rate):
    """A keep-mask of torch's own generator, drawn on the device."""
    return torch.rand(shape, device=device) >= rate


def recomputed(block, x, context):
    """block(x, context), whose backward pass computes it once more.

    It must drop the same again. torch's generator is set back by checkpoint
    itself; another source of masks is copied before it has drawn. How experts
    were chosen is known by then.
    """
    again = replace(
        context, keep=copy.deepcopy(context.keep), balance=None,
        qk_clip=None)
    contexts = iter([context, again])

    def once(x):
        return block(x, next(contexts))
    return checkpoint(once, x, use_reentrant=False)
