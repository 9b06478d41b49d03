"""requirements.lock: what constraints.txt and pyproject.toml say, to the digest, from nowhere."""
import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKED = {}                     # a package may have several versions, for one Python each
for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", LOCK, re.M):
    LOCKED.setdefault(name, set()).add(version)


def test_the_tested_versions_are_the_locked_ones():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = [Requirement(line) for line in lines if line and not line.startswith("#")]
    shared = [each for each in pinned if canonicalize_name(each.name) in LOCKED]
    assert len(shared) > 50
    for each in shared:
        versions = LOCKED[canonicalize_name(each.name)]
        assert any(version in each.specifier for version in versions), f"{each}: make lock"


def test_all_that_the_project_names_is_locked():
    extras = PROJECT["optional-dependencies"]
    for line in [*PROJECT["dependencies"], *extras["dev"], *extras["data"]]:
        name = canonicalize_name(Requirement(line).name)
        assert name in LOCKED or name in ("torch", "twinformer"), f"{line}: make lock"


def test_every_package_has_a_digest_and_none_an_address():
    blocks = re.split(r"\n(?=[\w.-]+==)", LOCK)[1:]
    assert len(blocks) == len(re.findall("==", re.sub(r";.*", "", LOCK)))
    assert all("--hash=sha256:" in block for block in blocks)
    assert not re.search(r"https?:|file:|--index|--find-links", LOCK)
    assert not re.search(r"^(torch|triton|nvidia-[\w-]+)==", LOCK, re.M)    # the machine's choice
