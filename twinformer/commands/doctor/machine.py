"""The machine itself: Python, processor, compiler, terminal."""
import os
import platform
import shutil
import subprocess
import sys

from .finding import Finding

__all__ = ["compiler", "cores", "processor", "python", "terminal"]


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


def terminal() -> Finding:
    encoding = getattr(sys.stdout, "encoding", None) or "unknown"
    if encoding.lower().replace("-", "") != "utf8":
        return Finding("terminal", f"text is written as {encoding}", "missing",
                       "set PYTHONUTF8=1 to see every character that a model writes")
    return Finding("terminal", "UTF-8")
