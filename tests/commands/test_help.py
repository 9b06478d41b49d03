"""--help teaches, --help-all lists; neither speaks of Python's types."""
import re

import pytest

from twinformer.commands.main import COMMANDS, main, module_of_mode
from twinformer.commands.evaluate.command import MODES as EVALUATE
from twinformer.commands.exercise.command import MODES as EXERCISE
from twinformer.commands.generate_data.command import MODES as GENERATE_DATA
from twinformer.commands.search.command import MODES as SEARCH

MODES = {"evaluate": EVALUATE, "search": SEARCH, "exercise": EXERCISE,
         "generate-data": GENERATE_DATA}
PAGES = [[command] for command in COMMANDS if command not in MODES]
PAGES += [[command, mode] for command, modes in MODES.items() for mode in modes]

# What argparse and jsonargparse would say about types and defaults
NOISE = re.compile(r"\(type:|default: |null|None|Literal|Union|typing|<class|\bstr\b|\bbool\b"
                   r"|\bfloat\b|\bint\b|CONFIG\b|\[ITEM")


def page(capsys, *words):
    with pytest.raises(SystemExit) as leave:
        main([*words])
    assert leave.value.code == 0
    return capsys.readouterr().out


def options_in(text):
    return re.findall(r"^  (?:-\w, )?(--[\w.-]+)", text.partition("options:\n")[2], re.MULTILINE)


def noise_in(text):
    """Among the options; the text above them may speak of null."""
    below = text.partition("options:\n")[2]
    return [line for line in below.splitlines() if line[:1] == " " and NOISE.search(line)]


@pytest.mark.parametrize("words", PAGES, ids=" ".join)
def test_a_page_is_short_and_plain(capsys, words):
    text = page(capsys, *words, "--help")
    assert len(options_in(text)) <= 24
    assert f"\n  twinformer {words[0]}" in text       # an example
    assert max(map(len, text.splitlines())) <= 100
    assert noise_in(text) == []


@pytest.mark.parametrize("words", PAGES, ids=" ".join)
def test_all_options_are_in_help_all(capsys, words):
    """Each by the name that it prints, which is one that works."""
    from importlib import import_module

    from twinformer.commands.parsing.option_names import full_name
    from twinformer.commands.parsing.option_types import is_section
    from twinformer.commands.parsing.parser import CommandParser

    text = page(capsys, *words, "--help-all")
    short = page(capsys, *words, "--help")
    assert set(options_in(short)) <= set(options_in(text))
    assert noise_in(text) == []

    name = COMMANDS[words[0]][0]
    if words[0] in MODES:
        name = module_of_mode(name, words[1])
    parser = CommandParser(prog="twinformer")
    import_module(f"twinformer.commands.{name}").add_arguments(parser)
    shown = {full_name(parser, option) for option in options_in(text)}
    assert shown | {"--help-all", "--print_config"} >= {
        option for action in parser._actions if not is_section(action)
        for option in action.option_strings if option.startswith("--") and option[-1] != "+"}
    if parser.common:
        assert f"--help-all shows all {len(options_in(text))} options" in short
        assert len(options_in(text)) > len(options_in(short)) > 15


def test_the_defaults_are_those_of_the_model_that_is_given(capsys):
    """A classifier from nothing needs another recipe than one from GPT-2."""
    assert "seen (default 20)" in page(capsys, "classify", "--help")
    assert "seen (default 5)" in page(capsys, "classify", "--help", "--model", "gpt2")


def test_the_overview_is_in_the_order_of_the_road(capsys):
    assert main(["--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    start = lines.index("commands:") + 1
    listed = [line.split()[0] for line in lines[start:start + len(COMMANDS)]]
    assert listed == list(COMMANDS)
    order = [listed.index(name) for name in (
        "data", "train", "generate", "instruct", "dpo", "ask", "evaluate")]
    assert order == sorted(order)
    assert all(len(line) <= 80 for line in lines)
