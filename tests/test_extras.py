"""Who has installed twinformer and nothing else can run every command that needs no more.

A library of an extra is imported where it is used, by io/extras.library, which says how to get
it; only the server, all of which stands on FastAPI, imports its own at the top. So nobody but
`twinformer serve` may import the server.
"""
import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
IMPORTED_AS = {"rouge-score": "rouge_score", "backports.zstd": "backports"}


def names(requirements):
    found = {re.match(r"[\w.-]+", line)[0] for line in requirements}
    return {IMPORTED_AS.get(name, name.partition(".")[0].replace("-", "_")) for name in found}


EXTRAS = PROJECT["optional-dependencies"]
OPTIONAL = names([line for extra in EXTRAS if extra not in ("dev", "docs")
                  for line in EXTRAS[extra]]) - names(PROJECT["dependencies"])
SERVER = names(EXTRAS["serve"])


def imports(tree, top):
    """(module, level) of every import; only those at the top of the file, or all."""
    nodes = tree.body if top else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((alias.name, 0) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "", node.level


@pytest.mark.parametrize("path", sorted(
    path.relative_to(ROOT).as_posix() for package in ("twinformer", "numpy_impl", "torch_impl")
    for path in (ROOT / package).rglob("*.py")))
def test_no_extra_is_needed_to_import_a_file(path):
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    allowed = SERVER if path.startswith("twinformer/serving/") else set()
    wanted = {module.partition(".")[0] for module, level in imports(tree, True) if not level}
    assert not (wanted & OPTIONAL) - allowed
    if not path.startswith(("twinformer/serving/", "twinformer/commands/serve/")):
        assert not any("serving" in module.split(".") for module, _ in imports(tree, False))


WITHOUT = """
import importlib.abc, sys
class Nowhere(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {blocked!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Nowhere())
from twinformer.commands.main import main
sys.exit(main({words!r}))
"""


@pytest.mark.parametrize("words, code, said", [
    (["chat", "{run}", "--backend", "numpy", "--max-new-tokens", "2"], 0, "not taught to answer"),
    (["export", "{run}", "{folder}/hf"], 0, "model.safetensors"),
    (["export", "{run}", "{folder}/m.gguf", "--format", "gguf"], 2, "twinformer[gguf]"),
    (["export", "{run}", "{folder}/o", "--format", "onnx"], 2, "twinformer[onnx]"),
    (["serve", "{run}", "--port", "0"], 2, "twinformer[serve]"),
    (["completion", "bash"], 2, "twinformer[completion]"),
    (["exercise", "list", "--folder", "{folder}/e"], 0, "softmax-forward"),
    (["exercise", "start", "softmax-forward", "--folder", "{folder}/e"], 0, "README.md"),
    (["search", "train", "--folder", "{folder}/s", "--trials", "1"], 2, "twinformer[search]")])
def test_commands_without_any_extra(words, code, said, tmp_path):
    from .tiny_run import tiny_run

    run = tiny_run(tmp_path)
    words = [word.format(run=run, folder=tmp_path) for word in words]
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT.format(blocked=sorted(OPTIONAL), words=words)],
        capture_output=True, text=True, input="hi\n", cwd=ROOT, timeout=120)
    assert done.returncode == code, done.stderr
    assert said in done.stdout + done.stderr and "Traceback" not in done.stderr
