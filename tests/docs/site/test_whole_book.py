"""The whole book, built without a warning: every link leads somewhere, nothing weighs too much."""
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("myst_nb", reason="the docs extra is not installed")
ROOT = Path(__file__).parents[3]


@pytest.mark.slow
def test_the_whole_book(tmp_path):
    """Takes minutes: it runs every notebook."""
    from docs.site.check import problems

    environment = os.environ | {"PYTHONPATH": str(ROOT), "TWINFORMER_SITE": str(tmp_path)}
    done = subprocess.run([sys.executable, "-m", "docs.site.build", "--strict"], cwd=ROOT,
                          text=True, capture_output=True, timeout=1800, env=environment)
    assert done.returncode == 0, done.stderr[-5000:]
    found = list(problems((tmp_path / "html").resolve()))
    assert not found, "\n".join(found[:50])
