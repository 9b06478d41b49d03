"""NumPy, the matrix products below it, and how fast they are."""
import platform
import time

from .finding import Finding
from .machine import cores

__all__ = ["numpy_and_blas"]


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
