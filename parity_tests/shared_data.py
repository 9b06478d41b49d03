"""Where tests look for real data that the project does not ship."""
import os
from pathlib import Path

import pytest

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"


def shared_data(name: str) -> Path:
    """The path of a real data file; skips the test, saying so, if absent.

    Looked for under ``$TWINFORMER_DATA`` and ``../shared/data``.
    """
    roots = [os.environ.get("TWINFORMER_DATA"), BESIDE]
    for root in roots:
        if root and (Path(root) / name).exists():
            return Path(root) / name
    pytest.skip(f"needs {name} under $TWINFORMER_DATA or ../shared/data")
