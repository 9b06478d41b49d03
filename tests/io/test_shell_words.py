"""Printed commands mean the same when they are pasted."""
import ast
import re
import shlex
from pathlib import Path

import pytest

import twinformer
from twinformer.io.shell_words import command_line

PACKAGE = Path(twinformer.__file__).parent


@pytest.mark.parametrize("name", [
    "my run", "it's", 'the "best"', "a$HOME", "a;b", "a`b`", "*", "été", "运行", "two\nlines"])
def test_a_shell_reads_the_words_again(name):
    words = ["ask", f"runs/{name}", "Name three fruits."]
    assert shlex.split(command_line(*words)) == ["twinformer", *words]


def test_plain_words_stay_as_they_are():
    path = Path("runs") / "run-1"
    assert command_line("train", "--resume", path, 7) == "twinformer train --resume runs/run-1 7"


def test_double_quotes_where_they_do():
    """The shell of Windows knows no others."""
    words = command_line("generate", "runs/it's 运行", "--prompt", "def ")
    assert words == 'twinformer generate "runs/it\'s 运行" --prompt "def "'


def test_no_command_is_printed_that_is_not_quoted():
    """A command in an f-string has a hole for a name, which may have a space."""
    option = re.compile(r"twinformer [a-z]+ |--(resume|run|model|corpus|name|folder) $")
    found = []
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.JoinedStr):
                continue
            for text, hole in zip(node.values, node.values[1:], strict=False):
                if isinstance(text, ast.Constant) and isinstance(hole, ast.FormattedValue) and (
                        option.search(text.value)) and "shell_word" not in ast.unparse(hole):
                    found.append(f"{path.name}:{node.lineno}")
    assert not found
