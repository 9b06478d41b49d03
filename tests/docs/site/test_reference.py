"""The reference says what the code says."""
import ast
import dataclasses
import importlib
import re
import shlex
from pathlib import Path

import pytest

from docs.site.reference import api, commands
from twinformer.commands.main import COMMANDS

ROOT = Path(__file__).parents[3]
ERRORS = (ROOT / "docs/reference/errors.md").read_text("utf-8")
HOLE = "…"


def text_of(node):
    """A string of the source, with a hole for each value that is put in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else HOLE
                       for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return (text_of(node.left) or HOLE) + (text_of(node.right) or HOLE)
    return None


def messages():
    for path in sorted(ROOT.glob("twinformer/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if text := text_of(node):
                yield re.sub(f"{HOLE}+", HOLE, text)


MESSAGES = list(messages())
EXPLAINED = re.findall(r"^\*\*`(.+)`\*\*$", ERRORS, re.M)


@pytest.mark.parametrize("message", EXPLAINED)
def test_every_message_is_in_the_code(message):
    parts = [re.escape(part) for part in re.split(f"{HOLE}+", message)]
    pattern = re.compile(f"[^{HOLE}]*{HOLE}?".join(parts) if len(parts) > 1 else parts[0])
    assert any(pattern.search(text) for text in MESSAGES), message


def test_a_message_that_is_not_there_is_noticed():
    assert len(EXPLAINED) > 25
    with pytest.raises(AssertionError):
        test_every_message_is_in_the_code("there is no such message as …")


def test_every_command_has_a_page():
    pages = commands.pages("en")
    for name in COMMANDS:
        assert any(page.startswith(f"reference/commands/{name}") for page in pages), name


MODULES = {name: module for name, _, module in commands.modules()}
EXAMPLES = [line for name, module in MODULES.items() for line in commands.examples(
    commands.parser_of(name, module).description or "")]


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_understood(example):
    """By the command's own parser, which refuses what it does not know; nothing is run."""
    line = re.split(r"\s{2,}| > ", example.rpartition("| ")[2])[0]
    words = shlex.split(line, comments=True)
    called = " ".join(words[1:3]) if " ".join(words[1:3]) in MODULES else words[1]
    rest = words[1 + len(called.split()):]
    if hasattr(importlib.import_module(f"twinformer.commands.{MODULES[called]}"), "hand_on"):
        return      # its words are another program's
    try:
        commands.parser_of(called, MODULES[called], rest).parse_args(rest)
    except (ValueError, OSError) as refused:  # a run or a file of settings is looked for at once
        assert re.search(NOT_HERE, str(refused)), refused


NOT_HERE = r"there is no (run|file|checkpoint|config)|[Nn]o such file|no config file"


def test_every_option_that_a_page_names_is_one():
    known = {"--gpus", "--index-url", "--help-all", "--no-cache-dir", "--version",
             "--build-arg"}
    for name, module in MODULES.items():
        parser = commands.parser_of(name, module)
        for action in parser._actions:
            known |= set(re.findall(r"--[\w.-]+", commands.entry(parser, action)[0]))
            known |= set(action.option_strings)
    known |= {option.replace("_", "-") for option in known}
    for page in ("errors", "setup"):
        text = (ROOT / f"docs/reference/{page}.md").read_text("utf-8")
        for code in re.findall(r"(?<!\*)`([^`\n]+)`", text):
            for option in re.findall(r"(?<![\w-])--[a-z][\w-]+", code):
                assert option in known, f"{page}.md: {option}"


def test_every_extra_is_listed():
    import tomllib
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"][
        "optional-dependencies"]
    text = (ROOT / "docs/reference/setup.md").read_text("utf-8")
    assert set(re.findall(r"^\| `([\w-]+)` \|", text, re.M)) == set(extras)


def test_every_setting_is_explained():
    pytest.importorskip("numpydoc", reason="the docs extra is not installed")
    from docs.site.reference import settings

    for place in (place for places in settings.PLACES.values() for place in places):
        for config in settings.configs(place):
            known = set()
            for base in config.__mro__:
                if dataclasses.is_dataclass(base):
                    known |= set(settings.meanings(base))
            fields = {field.name for field in dataclasses.fields(config)}
            assert fields <= known | {"kind"}, f"{config.__name__}: {fields - known}"


@pytest.mark.parametrize("package", api.PACKAGES)
def test_every_public_name_is_on_a_page(package):
    pages = "\n".join(api.pages("en").values())
    for names in api.public_names(package).values():
        for module, name in names:
            assert f"{module}.{name}\n" in pages


def test_the_glossary_has_every_term_once():
    glossary = (ROOT / "docs/reference/glossary.md").read_text("utf-8")
    terms = re.findall(r"^\| \[?([^|\]]+?)\]?(?:\([^)]*\))? \| ([^|]+) \| ([^|]+) \|$", glossary,
                       re.M)
    names = [term for term, _, _ in terms if term != "English" and not term.startswith("-")]
    assert len(names) == len(set(names)) > 90


def test_the_citation_names_this_version():
    import tomllib
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert f"{{{version}}}" in (ROOT / "docs/reference/cite.md").read_text("utf-8")
