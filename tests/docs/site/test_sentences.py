"""Every sentence about a setting, a command or an option has its Chinese, and none is stale."""
import dataclasses
import re
import tomllib

import pytest

from docs.site.reference import commands, settings
from docs.site.reference.sentences import FILES, chinese, plainly, said
from twinformer.commands.parsing.help_entry import sentence
from twinformer.commands.parsing.help_page import is_shown
from twinformer.commands.parsing.option_types import choices_of, positionals

BOTH = {plainly(key): text for file in FILES
        for key, text in tomllib.loads(file.read_text("utf-8")).items()}
NAMES = (r'"[\w-]+"|\w+_\w+|(?<![\w-])--[a-z][\w-]+|'
         r"`[^`]+`|\w+\.(?:json|jsonl|py|png|svg|md|yaml)")


def of_settings():
    for places in settings.PLACES.values():
        for config in (config for place in places for config in settings.configs(place)):
            yield settings.purpose(config)
            known = settings.meanings(config)
            yield from (known[field.name] for field in dataclasses.fields(config)
                        if field.name in known)


def of_commands():
    for name, about, module in commands.modules():
        yield about
        parser = commands.parser_of(name, module)
        yield from (paragraph for paragraph in (parser.description or "").strip().split("\n\n")
                    if not paragraph.startswith("  "))
        actions = list(positionals(parser))
        for group in parser._action_groups:
            own = [action for action in group._group_actions
                   if is_shown(parser, action) and action.option_strings]
            actions += own
            if own:
                yield group.title
        for action in actions:
            yield sentence(plainly(action.help or ""), choices_of(action))


def test_none_is_missing_and_none_is_stale():
    found = {plainly(text) for text in (*of_settings(), *of_commands()) if text}
    assert len(found) > 400
    missing = sorted(found - set(chinese()))
    assert not missing, f"no Chinese in docs/zh/settings.toml or commands.toml: {missing[:5]}"
    stale = sorted(set(chinese()) - found)
    assert not stale, f"Chinese of sentences that the code has no more: {stale[:5]}"


@pytest.mark.parametrize("what", [r"\d+(?:\.\d+)*", NAMES])
def test_numbers_and_names_are_the_same(what):
    for text, translated in BOTH.items():
        theirs = re.sub(r"``(.*?)``", r"\1", translated)
        assert set(re.findall(what, text, re.A)) == set(re.findall(what, theirs, re.A))


def test_pages_are_in_the_language():
    page = settings.pages("zh")["reference/settings"]
    assert "整次训练中优化器的步数" in page and "Optimizer steps" not in page
    assert "Optimizer steps" in settings.pages("en")["reference/settings"]
    page = commands.pages("zh")["reference/commands/train"]
    assert "整次训练中优化器的步数（默认 3500）。" in page
    assert ": 1 = 保持原样" not in page and "## 一次训练" in page
    assert "（默认" not in commands.pages("en")["reference/commands/train"]


def test_what_has_no_chinese_stays_english():
    assert said("A sentence of tomorrow.", "zh") == "A sentence of tomorrow."
    assert said("Show all options.", "zh") == "显示全部选项。"
    assert said("Show all options", "zh") == "显示全部选项"
    assert said("Show all options.", "en") == "Show all options."
