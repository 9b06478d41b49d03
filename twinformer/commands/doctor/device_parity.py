"""A tiny GPT on each device, compared with the reference."""

__all__ = ["parity_on_each_device"]


def parity_on_each_device() -> list[dict]:
    """One entry for each side, device and precision; empty without torch."""
    try:
        import torch
    except ImportError:
        return []
    from ..parity.quick import numpy_parity, torch_parity

    jobs = [("numpy", "cpu", "float32"), ("torch", "cpu", "float64"), ("torch", "cpu", "float32")]
    if torch.cuda.is_available():
        jobs += [("torch", f"cuda:{index}", dtype) for index in range(torch.cuda.device_count())
                 for dtype in ("float64", "float32")]
    if torch.backends.mps.is_available():  # has no float64
        jobs.append(("torch", "mps", "float32"))
    results = []
    for side, device, dtype in jobs:
        try:
            parity = numpy_parity(dtype) if side == "numpy" else torch_parity(device, dtype)
        except (RuntimeError, NotImplementedError) as problem:  # a device that does not work
            results.append({"side": side, "device": device, "dtype": dtype, "agrees": False,
                            "error": str(problem).splitlines()[0]})
        else:
            results.append(parity._asdict() | {"agrees": parity.agrees})
    return results
