"""Numbers as people read them: 3.3 GB, 124.4 million, 2 h 10 min."""
import math

__all__ = ["count", "duration", "in_bytes", "operations"]


def in_bytes(n: float) -> str:
    """In kB, MB, GB, TB, each a thousand of the one before."""
    return scaled(n, ("B", "kB", "MB", "GB", "TB", "PB"))


def operations(n: float) -> str:
    """Floating-point operations."""
    return scaled(n, ("FLOP", "kFLOP", "MFLOP", "GFLOP", "TFLOP", "PFLOP", "EFLOP", "ZFLOP"))


def scaled(n: float, units: tuple[str, ...]) -> str:
    step = 0
    while n >= 999.5 and step < len(units) - 1:
        n, step = n / 1000, step + 1
    return f"{three(n)} {units[step]}"


def three(n: float) -> str:
    """Three digits that count, as they stand."""
    if n == 0:
        return "0"
    n = float(f"{n:.2e}")       # 0.9996 is 1.00
    places = max(0, 2 - math.floor(math.log10(abs(n))))
    return f"{n:.{min(places, 3)}f}"


def count(n: float) -> str:
    """Of parameters."""
    for size, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if n >= size:
            return f"{n / size:.1f} {word}"
    return f"{n:,.0f}"


def duration(seconds: float) -> str:
    """Two units at most."""
    if 0 < seconds < 1:
        return f"{three(1000 * seconds)} ms"
    if seconds < 60:
        return f"{three(seconds)} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min"
    return f"{hours / 24:,.0f} days"
