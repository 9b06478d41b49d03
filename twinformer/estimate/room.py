"""What there is: memory and disk of this machine."""
import shutil
from pathlib import Path

__all__ = ["disk_free", "memory_bytes"]

# Where a container's share of the memory is written, of both versions of Linux's control groups
LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
USED = ("/sys/fs/cgroup/memory.current", "/sys/fs/cgroup/memory/memory.usage_in_bytes")


def memory_bytes() -> tuple[int | None, int | None]:
    """Free and total bytes, or None where nothing tells; in a container, of its share."""
    free, total = of_machine()
    limit, used = first_number(LIMITS), first_number(USED)
    if total is not None and free is not None and limit is not None and limit < total:
        return min(free, limit - (used or 0)), limit
    return free, total


def of_machine() -> tuple[int | None, int | None]:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        table = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines}
        return table["MemAvailable"], table["MemTotal"]
    except (OSError, KeyError, ValueError, IndexError):
        pass
    try:
        import psutil
    except ImportError:
        return None, None
    found = psutil.virtual_memory()
    return found.available, found.total


def first_number(paths: tuple[str, ...]) -> int | None:
    """What the first file says that there is and that holds a number."""
    for path in paths:
        try:
            return int(Path(path).read_text(encoding="ascii"))
        except (OSError, ValueError):
            continue
    return None


def disk_free(folder: Path) -> int:
    """Bytes on the disk of a folder that may not be there yet."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free
