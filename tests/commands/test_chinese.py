"""The command line in Chinese: all that is said has its Chinese, and no Chinese is left of
what is no longer said."""
import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.docs.site.test_reference import EXPLAINED, HOLE, MESSAGES
from twinformer.commands import main as main_module
from twinformer.commands.chinese import errors, help
from twinformer.commands.chinese.wrapping import cells, wrap
from twinformer.commands.main import COMMANDS, main, module_of_mode
from twinformer.commands.parsing.help_entry import entry, sentence
from twinformer.commands.parsing.option_types import choices_of, is_section
from twinformer.commands.parsing.parser import CommandParser

FOLDER = Path(help.__file__).parent
HELP = tomllib.loads((FOLDER / "help.toml").read_text("utf-8"))
ERRORS = tomllib.loads((FOLDER / "errors.toml").read_text("utf-8"))
CHINESE = re.compile("[一-鿿]")
# what the pages themselves say, beside what a command tells of itself
FRAME = {main_module.OVERVIEW, "usage: {}", "options:", "{}:", "modes", "commands",
         "twinformer: error: {}", "twinformer: interrupted",
         "{} --help-all shows all {} options, and says more.", " (in a config file below {})",
         "{} (default {}).", "{}: {}.", "{} MODE --help explains a mode and its options",
         "{} COMMAND --help explains a search and its options, which are those of the command and "
         "some more"}


def modules():
    """(name, module) of every command and every mode."""
    for name, (place, _) in COMMANDS.items():
        module = importlib.import_module(f"twinformer.commands.{place}")
        yield name, module
        for mode in getattr(module, "MODES", {}) if hasattr(module, "choose") else ():
            yield f"{name} {mode}", importlib.import_module(
                f"twinformer.commands.{module_of_mode(place, mode)}")


def said():
    """All that help says, in English."""
    found = {about for _, about in COMMANDS.values()}
    for name, module in modules():
        found |= set(help.pieces((module.__doc__ or "").strip()))
        if hasattr(module, "choose"):
            found |= set(module.MODES.values())
        if hasattr(module, "add_arguments"):
            parser = CommandParser(prog=f"twinformer {name}")
            module.add_arguments(parser)
            found |= {str(group.title).rstrip(".") for group in parser._action_groups}
            found |= {sentence(re.sub(r"``(.*?)``", r"\1", action.help or "").strip(),
                               choices_of(action))
                      for action in parser._actions
                      if not is_section(action) and action.dest != "print_config"}
    return {text for text in found if text}


def test_all_that_help_says_has_its_chinese():
    assert sorted(said() - set(help.table())) == []


def test_no_chinese_is_left_of_what_is_no_longer_said():
    assert sorted(set(HELP) - said() - FRAME) == []
    assert set(HELP) >= FRAME


def test_holes_and_figures_are_the_same_in_both():
    for english, chinese in [*HELP.items(), *ERRORS.items()]:
        holes, filled = (len(re.findall(r"\{\d?\}", text)) for text in (english, chinese))
        assert holes == filled, english
        options = set(re.findall(r"--[a-z][\w-]+", english))
        assert options == set(re.findall(r"--[a-z][\w-]+", chinese)), english


def in_the_code(message):
    """Whether a text of the code is this message, {} being any value."""
    pattern = re.compile(f"[^{HOLE}]*{HOLE}?}}?".join(re.escape(part)
                                                  for part in message.split("{}")))
    parts = message.split("{}")     # most texts lack one: looked at before the pattern
    return any(pattern.search(text) for text in TEXTS if all(part in text for part in parts))


# of what the system says, and jsonargparse, the code has patterns
TEXTS = [*MESSAGES, *(re.sub(r"\{name\}", HOLE, text) for text in MESSAGES)]
ELSEWHERE = {"--{}: expected one of {}, got {}", "{} is one word too many"}


@pytest.mark.parametrize("message", [key for key in ERRORS if key not in ELSEWHERE])
def test_every_message_is_one_of_the_code(message):
    assert in_the_code(message), message


@pytest.mark.parametrize("message", EXPLAINED)
def test_every_message_of_the_reference_has_its_chinese(message):
    start = message.replace(f"{{{HOLE}}}", HOLE).replace(HOLE, "{}").rstrip(".")
    assert any(key.startswith(start) for key in ERRORS), start


def test_the_chinese_page_shows_both():
    """Beside each English message that which somebody sees who works in Chinese."""
    page = (Path(__file__).parents[2] / "docs/zh/reference/errors.md").read_text("utf-8")
    pairs = re.findall(r"^\*\*`(.+)`\*\*<br>\n\*\*`(.+)`\*\*$", page, re.M)
    assert [english for english, _ in pairs] == EXPLAINED
    for english, chinese in pairs:
        start = english.replace(f"{{{HOLE}}}", HOLE).replace(HOLE, "{}").rstrip(".")
        told = min((key for key in ERRORS if key.startswith(start)), key=len)
        assert chinese == re.sub(r"\{\d*\}", HOLE, ERRORS[told])


@pytest.mark.parametrize("english", ERRORS)
def test_every_message_can_be_filled_in(english, monkeypatch):
    monkeypatch.setenv("TWINFORMER_LANGUAGE", "zh")
    parts = english.split("{}")
    message = "".join(f"{part}<{i}>" for i, part in enumerate(parts[:-1])) + parts[-1]
    told = errors.translated_error(message)
    assert CHINESE.search(told), told


@pytest.fixture
def in_chinese(monkeypatch, tmp_path):
    monkeypatch.setenv("TWINFORMER_LANGUAGE", "zh")
    monkeypatch.chdir(tmp_path)


def test_the_overview_and_a_page(in_chinese, capsys):
    assert main([]) == 0
    text = capsys.readouterr().out
    assert "一个大语言模型系统" in text and all(f"\n  {name} " in text for name in COMMANDS)
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    text = capsys.readouterr().out
    assert "用法：twinformer train" in text and "（默认 3500）" in text and "选项：" in text
    assert max(map(cells, text.splitlines())) <= 100


@pytest.mark.parametrize("words", [[name] for name in COMMANDS], ids=" ".join)
def test_every_page_is_in_chinese(in_chinese, capsys, words):
    try:
        main([*words, "--help-all"])
    except SystemExit as leave:
        assert leave.code == 0
    text = capsys.readouterr().out
    prose = [line for line in text.splitlines() if len(line) > 60 and not CHINESE.search(line)
             and " | " not in line and not line.startswith("  ")]
    assert prose == []


@pytest.mark.parametrize("words, message", [
    (["trian"], "没有这个命令：'trian'；你是不是想写 train？（现有的命令：doctor"),
    (["train", "--max-stepz", "3"], "没有这个选项：--max-stepz；你是不是想写 --max-steps？"),
    (["train", "--max-steps"], "--max-steps 后面应当有一个词，得到"),
    (["train", "--config", "no.yaml"], "没有配置文件 no.yaml"),
    (["generate", "nothing-here"], "nothing-here 处没有训练运行，也没有含权重的文件或目录"),
    (["ask"], "twinformer ask 需要 MODEL"),
    (["train", "no-such.txt"], "no-such.txt 处没有语料"),
    (["exercise", "start", "softmax-foward"],
     "没有这道练习：'softmax-foward'；你是不是想写 softmax-forward？"),
    (["exercise", "check"], "里还没有开始的练习"),
])
def test_a_mistake_is_told_in_chinese(in_chinese, capsys, words, message):
    assert main(words) == 2
    text = capsys.readouterr().err
    assert text.startswith("twinformer：错误：") and message in text, text


def test_a_message_that_is_not_known_stays_in_english(monkeypatch):
    monkeypatch.setenv("TWINFORMER_LANGUAGE", "zh")
    assert errors.translated_error("the cat is on the mat") == "the cat is on the mat"
    monkeypatch.setenv("TWINFORMER_LANGUAGE", "en")
    assert errors.translated_error("a.txt exists already") == "a.txt exists already"


def test_lines_are_as_wide_as_they_look():
    text = "把文本切成词元，再交给模型 twinformer/commands/chinese 去读（见说明）。" * 3
    lines = wrap(text, 40)
    assert max(map(cells, lines)) <= 40 and min(map(cells, lines[:-1])) > 24
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert not any(line[0] in "，。）" for line in lines)
    assert wrap("plain English words are wrapped as ever", 20) == [
        "plain English words", "are wrapped as ever"]
    assert wrap("", 20) == []


def test_help_in_chinese_needs_neither_numpy_nor_torch():
    code = ("import os, sys; os.environ['TWINFORMER_LANGUAGE'] = 'zh'\n"
            "from twinformer.commands.main import main\n"
            "main(['--help']); main(['exercise', '--help'])\n"
            "sys.exit(bool({'numpy', 'torch'} & set(sys.modules)))")
    assert subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL).returncode == 0


def test_a_default_follows_its_sentence(monkeypatch):
    monkeypatch.setenv("TWINFORMER_LANGUAGE", "zh")
    parser = CommandParser(prog="twinformer exercise check")
    importlib.import_module("twinformer.commands.exercise.check").add_arguments(parser)
    action = next(one for one in parser._actions if one.dest == "seconds")
    assert entry(parser, action)[1] == "超过这么多秒就中止文件的运行（默认 60.0）。"
