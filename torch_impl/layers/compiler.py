"""Whether there is what torch.compile needs."""
import shutil
import sys

__all__: list[str] = []  # of no use to anybody who builds a model


def compiler() -> bool:
    """Whether there is a C++ compiler, which torch.compile needs on the CPU"""
    names = ("cl",) if sys.platform == "win32" else ("g++", "clang++", "c++")
    return any(shutil.which(name) for name in names)
