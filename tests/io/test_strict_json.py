"""What programs read has no NaN in it."""
import json
import math
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

import twinformer
from twinformer.io.strict_json import json_text

PACKAGE = Path(twinformer.__file__).parent
# These texts are hashed, or read by ourselves at once
INSIDE = {"prepared.py", "prepare_options.py", "ledger.py", "config.py", "config_files.py",
          "tuning.py", "strict_json.py", "answer_log.py",
          "huggingface_tokenizer.py",  # for its library
          "environment.py"}            # what a chat template calls tojson


class Figures(NamedTuple):
    loss: float
    texts: int


@pytest.mark.parametrize("value", [
    math.nan, math.inf, -math.inf, np.float64("nan"), [1.0, math.nan], {"a": {"b": (math.inf,)}},
    Figures(math.nan, 3)], ids=repr)
def test_null_in_the_place_of_what_json_lacks(value):
    def refuse(name):
        raise AssertionError(name)

    text = json_text(value)
    json.loads(text, parse_constant=refuse)
    assert "null" in text


def test_all_else_is_as_it_was():
    value = {"a": [1, 2.5, "NaN", None, True], "é": {"x": []}}
    assert json_text(value, indent=1) == json.dumps(value, indent=1)


def test_every_writer_is_this_one():
    """A file that writes JSON by another way is either listed, or a mistake."""
    found = {path.name for path in PACKAGE.rglob("*.py")
             if re.search(r"json\.dumps?\(", path.read_text("utf-8"))}
    assert found <= INSIDE, found - INSIDE
