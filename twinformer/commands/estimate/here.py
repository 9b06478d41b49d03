"""What this machine has for a run: a GPU's memory, or the processor's."""
from importlib.util import find_spec

from ...configs.run_config import RunConfig
from ...estimate.room import memory_bytes

__all__ = ["memory_here", "place_of"]


def place_of(config: RunConfig) -> str:
    """Where the run computes: "cuda" or "cpu"; Apple's GPUs share the processor's memory."""
    if config.backend != "torch" or config.device.device in ("cpu", "mps"):
        return "cpu"
    return "cuda" if config.device.device == "cuda" or has_cuda() else "cpu"


def has_cuda() -> bool:
    if find_spec("torch") is None:
        return False
    import torch

    return torch.cuda.is_available()


def memory_here(place: str) -> tuple[float | None, str]:
    """Bytes that are free, and whose they are."""
    if place == "cuda" and has_cuda():
        import torch

        return torch.cuda.mem_get_info()[0], f"free on {torch.cuda.get_device_name()}"
    free, total = memory_bytes()
    if free is None or total is None:
        return None, "this machine"
    return free, f"free of this machine's {total / 1e9:.1f} GB"
