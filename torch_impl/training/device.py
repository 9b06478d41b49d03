"""What the twin does to be fast on this machine: device, mixed precision,
fused kernels, compilation, activation checkpointing. Torch only: the reference
has one device and one precision. None of it changes the mathematics.
"""
import contextlib
from functools import partial

import numpy as np
import torch

from twinformer.ranks import current_ranks

from ..distributed.strategies import strategy_of
from ..layers.whole_tensors import whole
from ..layers.compiler import compiler
from ..layers.fused import spelled_out
from ..models.parameters import numbers
from .loss_scale import LossScale
from .padded_head import pad_vocabulary
from .recomputation import recomputed

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
    """A DeviceConfig put to work."""

    def __init__(self, config):
        self.config = config
        self.ranks = current_ranks()
        self.device = choose_device(config.device)
        self.precision = PRECISIONS[config.precision]
        self.loss_scale = LossScale(self.precision)
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
        scale = self.loss_scale.factor * self.ranks.data_size
        with self.kernels():
            (loss * scale).backward()

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

    def state(self, tensors) -> dict[str, np.ndarray]:
        """{name: array}, on the CPU, and what float16 goes on with. All of
        several ranks help to make them, and the first one has them."""
        arrays = {}
        for name, tensor in tensors.items():
            tensor = whole(torch.as_tensor(tensor))
            if self.ranks.first:
                arrays[name] = numbers(tensor)
        return arrays | self.loss_scale.state()


def random_mask(device, shape, rate):
    """A keep-mask of torch's own generator, drawn on the device."""
    return torch.rand(shape, device=device) >= rate
