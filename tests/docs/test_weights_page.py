"""The page about weights from elsewhere names what exists; test_docs.py runs its code."""
import re
from pathlib import Path

from twinformer.architectures.kinds import ENCODERS, KINDS
from twinformer.commands.verify.published import PUBLISHED

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "weights.md").read_text("utf-8")


def test_its_names_exist():
    presets = {name for kind in (KINDS | ENCODERS).values() for name in kind.presets}
    named = set(re.findall(r"`([a-z0-9.]+-[a-z0-9.-]+)`", PAGE))
    assert len(named) > 5 and named <= presets, named - presets
    for name in re.findall(r"twinformer verify (\S+)", PAGE):
        assert name in PUBLISHED
