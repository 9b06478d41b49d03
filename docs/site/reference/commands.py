"""A page for every command, from its own parser: what --help-all says, as a page of the book."""
import importlib
import re
from collections.abc import Iterator
from itertools import groupby

from docs.site.reference.sentences import said, speaking
from docs.site.words import words
from twinformer.commands.chinese.help import joined, remarked
from twinformer.commands.main import COMMANDS, module_of_mode
from twinformer.commands.parsing.help_entry import entry
from twinformer.commands.parsing.help_page import is_shown, usage
from twinformer.commands.parsing.option_names import option_names
from twinformer.commands.parsing.option_types import is_section, positionals
from twinformer.commands.parsing.parser import CommandParser
from twinformer.commands.parsing.positional_words import shown

__all__ = ["examples", "modules", "pages", "parser_of", "plain"]


def modules() -> Iterator[tuple[str, str, str]]:
    """(the words, such as "evaluate judge"; what it is for; its module), in order of the road."""
    for name, (module, about) in COMMANDS.items():
        whole = importlib.import_module(f"twinformer.commands.{module}")
        if hasattr(whole, "choose"):
            for mode, what in whole.MODES.items():
                yield f"{name} {mode}", what, module_of_mode(module, mode)
        else:
            yield name, about, module


def parser_of(name: str, module: str, given: list[str] | None = None) -> CommandParser:
    """A command's parser, as it is for the words that are given: they may add options."""
    found = importlib.import_module(f"twinformer.commands.{module}")
    parser = CommandParser(prog=f"twinformer {name}", description=found.__doc__,
                           words=given or [])
    found.add_arguments(parser)
    return parser


def examples(text: str) -> list[str]:
    """The command lines that a command's description shows."""
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    found = [line.strip() for line in lines if line.startswith("  ")]
    return [line for line in found if re.match(r"(.*\| )?twinformer ", line)]


def pages(language: str) -> dict[str, str]:
    say = words(language)
    found, rows = {}, []
    for name, about, module in modules():
        file = name.replace(" ", "_")
        found[f"reference/commands/{file}"] = page(name, parser_of(name, module), language)
        rows.append(f"| [`twinformer {name}`]({file}.md) | {said(about, language)} |")
    found["reference/commands/index"] = "\n".join([
        f"# {say['commands']}", "", say["commands_intro"], "",
        f"| {say['command']} | {say['purpose']} |", "|---|---|", *rows, ""])
    return found


def page(name: str, parser: CommandParser, language: str) -> str:
    with speaking("en"):
        how = usage(parser).removeprefix("usage: ")
    with speaking(language):
        parts = explained(parser, language)
    return "\n\n".join([f"# twinformer {name}", f"```text\n{how}\n```", *parts]) + "\n"


def explained(parser: CommandParser, language: str) -> list[str]:
    """What the command says of itself, then its options by their groups."""
    parts = [description((parser.description or "").strip(), language)]
    front = [(shown(action), entry(parser, action)[1]) for action in positionals(parser)]
    if front:
        parts.append(listed(front))
    for group in parser._action_groups:
        actions = [action for action in group._group_actions
                   if is_shown(parser, action) and action.option_strings]
        if not actions:
            continue
        sections = [action.dest for action in group._group_actions if is_section(action)]
        title = said((group.title or "options").rstrip("."), language)
        parts.append(f"## {title[0].upper()}{title[1:]}")
        if sections and "--config" in option_names(parser):
            parts.append(words(language)["config_below"].format(section=sections[0]))
        parts.append(listed([entry(parser, action) for action in actions]))
    return parts


def description(text: str, language: str) -> str:
    """Paragraphs as they are; what is indented, examples and files, as blocks."""
    parts = []
    for paragraph in text.split("\n\n"):
        for indented, lines in groupby(paragraph.splitlines(), lambda line: line[:1] == " "):
            some = list(lines)
            if not indented:
                parts.append(plain(said(joined(some), language)))
                continue
            block = "\n".join(map(remarked, some) if language == "zh" else some)
            parts.append(f"```text\n{dedented(block)}\n```")
    return "\n\n".join(parts)


def dedented(text: str) -> str:
    return "\n".join(line[2:] if line.startswith("  ") else line for line in text.splitlines())


def plain(text: str) -> str:
    """Words that Markdown must not take for marks; options and placeholders as code."""
    text = re.sub(r"``(.*?)``", r"`\1`", text)
    pieces = re.split(r"(`[^`]*`)", text)
    for number in range(0, len(pieces), 2):
        piece = re.sub(r"([\\*_<>\[\]$|{}])", r"\\\1", pieces[number])
        pieces[number] = re.sub(r"(?<![\w-])(--?[a-z][\w.\\-]*)",
                                lambda name: f"`{name[0].replace(chr(92), '')}`", piece)
    return "".join(pieces)


def listed(rows: list[tuple[str, str]]) -> str:
    return "\n\n".join(f"`{left}`\n: {plain(right)}" for left, right in rows if left)
