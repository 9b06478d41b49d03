"""Say what this machine can do, what it lacks, and prove that the mathematics
works here: a tiny GPT in both packages, on each device, in a few seconds.

  twinformer doctor
  twinformer doctor --json > machine.json

The exit code is 0 where everything needed is in order, else 1.
"""
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from ..io.strict_json import json_text

__all__ = ["add_arguments", "run"]

GIB = 1 << 30
NEEDED_MEMORY, NEEDED_DISK = 1 * GIB, 1 * GIB  # of a `twinformer train` run


class Finding(NamedTuple):
    """One line of the report."""
    topic: str
    what: str
    state: str = "ok"  # "ok", "missing" (works without), "problem" (does not)
    advice: str = ""


def add_arguments(parser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def run(arguments) -> int:
    findings = [python(), *processor(), *numpy_and_blas(), *torch_and_devices(), compiler(),
                memory(), disk(), terminal()]
    parities = parity_on_each_device()
    healthy = all(finding.state != "problem" for finding in findings) \
        and all(isinstance(parity, dict) and parity["agrees"] for parity in parities)
    if arguments.json:
        print(json_text({"healthy": healthy, "parity": parities,
                          "findings": [finding._asdict() for finding in findings]}, indent=1))
    else:
        report(findings, parities, healthy)
    return 0 if healthy else 1


def python() -> Finding:
    version = platform.python_version()
    what = f"Python {version}, {platform.python_implementation()}, {sys.executable}"
    if sys.version_info[:2] > (3, 13):
        return Finding("python", what, "missing",
                       "newer than what the tests run on; take 3.11-3.13 if anything fails")
    return Finding("python", what)


def processor() -> list[Finding]:
    count = cores()
    what = f"{platform.system()} {platform.release()}, {platform.machine()}, {count} cores"
    if sys.maxsize < 2**32:
        return [Finding("machine", what, "problem", "install a 64-bit Python")]
    return [Finding("machine", what)]


def cores() -> int:
    """Cores that this process may use, which can be fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def numpy_and_blas() -> list[Finding]:
    import numpy as np
    from threadpoolctl import threadpool_info

    found = [Finding("numpy", f"NumPy {np.__version__}")]
    libraries = [info for info in threadpool_info() if info["user_api"] == "blas"]
    if libraries:
        blas = libraries[0]
        what = (f"{blas['internal_api']} {blas['version']}, {blas['num_threads']} threads, "
                f"{numpy_speed():.0f} GFLOP/s in float32")
        too_few = blas["num_threads"] < cores()
        advice = ("fewer threads than cores: unset OMP_NUM_THREADS and OPENBLAS_NUM_THREADS"
                  if too_few else "")
        found.append(Finding("blas", what, "missing" if too_few else "ok", advice))
    elif platform.system() == "Darwin":  # Accelerate is not listed by threadpoolctl
        found.append(Finding("blas", f"Accelerate, {numpy_speed():.0f} GFLOP/s in float32"))
    else:
        found.append(Finding(
            "blas", f"not recognised, {numpy_speed():.0f} GFLOP/s in float32", "missing",
            "a NumPy from PyPI or conda-forge brings OpenBLAS or MKL with it"))
    return found


def numpy_speed() -> float:
    """Billions of operations a second in a product of two large matrices."""
    import numpy as np

    n = 1024
    a = np.ones((n, n), np.float32)
    times = []
    for _ in range(4):
        start = time.perf_counter()
        a @ a
        times.append(time.perf_counter() - start)
    return 2 * n**3 / min(times) / 1e9


def torch_and_devices() -> list[Finding]:
    try:
        import torch
    except ImportError as problem:
        return [Finding("torch", f"cannot be imported: {problem}", "problem",
                        "pip install torch (see pytorch.org for the build with CUDA)")]
    found = [Finding("torch", f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads")]
    if torch.cuda.is_available():
        for index in range(torch.cuda.device_count()):
            free, total = torch.cuda.mem_get_info(index)
            found.append(Finding(
                f"cuda:{index}", f"{torch.cuda.get_device_name(index)}, {free / GIB:.1f} of "
                f"{total / GIB:.1f} GiB free, CUDA {torch.version.cuda}"))
    else:
        found.append(no_cuda(torch))
    if torch.backends.mps.is_available():
        found.append(Finding("mps", "Apple GPU, through Metal"))
    elif platform.system() == "Darwin":
        found.append(Finding("mps", "not available", "missing",
                             "needs an Apple chip, macOS 14 and a PyTorch built for arm64"))
    found.append(bfloat16(torch))
    return found


def no_cuda(torch) -> Finding:
    if torch.version.cuda:
        return Finding("cuda", f"no GPU answers; PyTorch is built for CUDA {torch.version.cuda}",
                       "missing", "training runs on the CPU; if there is an NVIDIA GPU, "
                       "see whether nvidia-smi works and update the driver")
    if shutil.which("nvidia-smi"):
        return Finding("cuda", "PyTorch was built without CUDA, but there is an NVIDIA driver",
                       "missing", "install PyTorch with CUDA: the command is at pytorch.org")
    return Finding("cuda", "none", "missing", "training runs on the CPU, which is "
                   "enough for the small models here")


def bfloat16(torch) -> Finding:
    if torch.cuda.is_available():
        if torch.cuda.is_bf16_supported(including_emulation=False):
            return Finding("bfloat16", "in the GPU's hardware: --device.precision bfloat16")
        return Finding("bfloat16", "not in this GPU's hardware", "missing",
                       "use --device.precision float16 instead")
    tests = [getattr(torch.cpu, name, bool) for name in
             ("_is_avx512_bf16_supported", "_is_amx_tile_supported")]
    if any(test() for test in tests):
        return Finding("bfloat16", "in the CPU's hardware: --device.precision bfloat16")
    return Finding("bfloat16", "not in this CPU's hardware", "missing",
                   "stay with --device.precision float32, the default")


def compiler() -> Finding:
    names = ("cl",) if platform.system() == "Windows" else ("g++", "clang++", "c++")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        return Finding("compile", "no C++ compiler, which torch.compile needs on the CPU",
                       "missing", "install one of " + ", ".join(names) + ", or leave "
                       "--device.compile out")
    try:
        first = subprocess.run([path, "--version"], capture_output=True, text=True,
                               timeout=10, check=False).stdout.splitlines()[:1]
    except (OSError, subprocess.TimeoutExpired):
        first = []
    return Finding("compile", f"{' '.join(first) or path}: --device.compile true")


def memory() -> Finding:
    free, total = memory_bytes()
    if free is None or total is None:
        return Finding("memory", "free memory unknown", "missing",
                       "pip install psutil to see it here")
    what = f"{free / GIB:.1f} of {total / GIB:.1f} GiB free"
    if free < NEEDED_MEMORY:
        return Finding("memory", what, "problem", "close other programs, or train a smaller "
                       "model: --model.d_model 64 --training.batch_size 4")
    return Finding("memory", what)


def memory_bytes() -> tuple[int | None, int | None]:
    """Free and total bytes, or None where nothing tells."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        table = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines}
        return table["MemAvailable"], table["MemTotal"]
    except (OSError, KeyError, ValueError, IndexError):
        pass
    try:
        import psutil  # type: ignore[import-untyped]
    except ImportError:
        return None, None
    found = psutil.virtual_memory()
    return found.available, found.total


def disk() -> Finding:
    usage = shutil.disk_usage(Path.cwd())
    what = f"{usage.free / GIB:.1f} of {usage.total / GIB:.1f} GiB free in {Path.cwd()}"
    if usage.free < NEEDED_DISK:
        return Finding("disk", what, "problem", "make room, or keep runs elsewhere: "
                       "twinformer train --folder PATH")
    if not os.access(Path.cwd(), os.W_OK):
        return Finding("disk", f"{Path.cwd()} cannot be written to", "missing",
                       "keep runs elsewhere: twinformer train --folder PATH")
    return Finding("disk", what)


def terminal() -> Finding:
    encoding = getattr(sys.stdout, "encoding", None) or "unknown"
    if encoding.lower().replace("-", "") != "utf8":
        return Finding("terminal", f"text is written as {encoding}", "missing",
                       "set PYTHONUTF8=1 to see every character that a model writes")
    return Finding("terminal", "UTF-8")


def parity_on_each_device() -> list[dict]:
    """One entry for each side, device and precision; empty without torch."""
    try:
        import torch
    except ImportError:
        return []
    from .quick_parity import numpy_parity, torch_parity

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


def report(findings, parities, healthy) -> None:
    """The findings and the parity table as text of 100 columns."""
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    styles = {"ok": "green", "missing": "yellow", "problem": "bold red"}
    signs = {"ok": "ok", "missing": "--", "problem": "!!"}
    for topic, what, state, advice in findings:
        console.print(f"  {signs[state]}  {topic:<10}", style=styles[state], end="")
        console.print(what)
        if advice:
            console.print(f"{'':16}{advice}", style="dim")
    if parities:
        from .quick_parity import ROUNDINGS

        console.print("\nParity of a tiny GPT with the reference in float64: the worst error as a "
                      "share of its\nbound "
                      f"({ROUNDINGS} roundings of the array's largest number). Below 1 is "
                      "agreement.\n")
        console.print(f"      {'side':<7}{'device':<9}{'dtype':<10}{'logits':>8}{'gradients':>11}"
                      f"{'seconds':>9}   worst gradient", style="bold")
    for row in parities:
        sign, style = ("ok", "green") if row["agrees"] else ("!!", "bold red")
        console.print(f"  {sign}  ", style=style, end="")
        start = f"{row['side']:<7}{row['device']:<9}{row['dtype']:<10}"
        console.print(start + row["error"] if "error" in row else
                      f"{start}{row['logits']:>8.3f}{row['gradients']:>11.3f}"
                      f"{row['seconds']:>9.1f}   {row['worst']}")
    console.print()
    if healthy:
        console.print("This machine is ready: twinformer train", style="bold green")
    else:
        console.print("Something above is marked !! and needs you first.", style="bold red")
