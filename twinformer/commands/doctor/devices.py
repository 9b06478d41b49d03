"""PyTorch, the accelerators it sees, and the precisions they have."""
import platform
import shutil

from .finding import Finding
from .room import GIB

__all__ = ["torch_and_devices"]


def torch_and_devices() -> list[Finding]:
    try:
        import torch
    except ImportError as problem:
        return [Finding("torch", f"cannot be imported: {problem}", "problem",
                        "pip install torch (see pytorch.org for the build with CUDA); without it "
                        "every command still computes with --backend numpy")]
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
