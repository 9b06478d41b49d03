"""The wheel: what it holds, and that it works in an empty folder."""
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
pytest.importorskip("hatchling", reason="the wheel is built with hatchling")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    out = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", out],
        cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return next(out.glob("*.whl"))


def test_the_wheel_holds_all_sources_and_nothing_else(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    packages = ("twinformer", "numpy_impl", "torch_impl", "parity_tests")
    sources = {path.relative_to(ROOT).as_posix() for package in packages
               for path in (ROOT / package).rglob("*.py")}
    sources |= {path.relative_to(ROOT).as_posix()
                for path in (ROOT / "twinformer").rglob("*.toml")}
    sources |= {f"{package}/py.typed" for package in packages}
    sources |= {f"{package}/__init__.pyi" for package in packages}
    assert sources <= names
    assert {name.split("/")[0] for name in names if "dist-info" not in name} == set(packages)
    assert not [name for name in names if "__pycache__" in name]


def test_the_wheel_works_in_an_empty_folder(wheel, tmp_path):
    """Installed without its dependencies: those of this environment serve."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    (tmp_path / "empty").mkdir()
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment["PYTHONPATH"] = str(tmp_path / "site")
    code = ("import numpy_impl, sys; assert 'site' in numpy_impl.__file__, numpy_impl.__file__\n"
            "from twinformer.commands.main import main\n"
            "sys.exit(main('train --backend numpy --max-steps 2 --d-model 16 --n-layers 1 "
            "--n-heads 2 --context-length 16 --batch-size 4 --eval-batches 1 "
            "--data.vocab_size 300 --data.tokenizer_sample 20000 --sample-tokens 4'.split()))")
    done = subprocess.run([sys.executable, "-P", "-c", code], cwd=tmp_path / "empty",
                          env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "empty" / "runs" / "run-1" / "loss.png").exists()
    assert "valid Python: " in done.stdout
