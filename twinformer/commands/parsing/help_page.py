"""The page of --help: what a command is for, examples, the common options.

--help-all shows every option, by section, as a config file names them.
"""
import shutil

from ..chinese import in_own_language, translated
from ..chinese.wrapping import cells, padded, wrap
from .help_entry import entry
from .option_names import option_names
from .option_types import is_section, positionals
from .positional_words import front_words, shown

__all__ = ["help_page"]

LEFT = 30       # columns for the options' names
MOST_COLUMNS = 100


def help_page(parser, everything: bool) -> str:
    """The text of --help, or that of --help-all."""
    width = max(60, min(MOST_COLUMNS, shutil.get_terminal_size((MOST_COLUMNS, 24)).columns))
    everything = everything or not parser.common
    text = (parser.description or "").strip()
    parts = [usage(parser), translated(text if everything else beginning(text))]
    front = positionals(parser)
    if front:
        parts.append(section("", [(shown(action), entry(parser, action)[1]) for action in front],
                             width))
    if everything:
        parts += all_sections(parser, width)
    else:
        chosen = [by_name(parser, name) for name in parser.common]
        parts.append(section(in_own_language("options:"),
                             [entry(parser, action) for action in chosen], width))
        parts.append(in_own_language("{} --help-all shows all {} options, and says more.").format(
            parser.prog, count(parser)))
    return "\n\n".join(part for part in parts if part) + "\n"


def usage(parser) -> str:
    words = " ".join([parser.prog, *front_words(parser), "[OPTIONS]"])
    return in_own_language("usage: {}").format(words)


def beginning(text: str) -> str:
    """The first paragraph and the examples below it."""
    paragraphs = text.split("\n\n")
    last = next((number for number, paragraph in enumerate(paragraphs)
                 if number and not paragraph.startswith("  ")), len(paragraphs))
    return "\n\n".join(paragraphs[:max(last, 1)])


def all_sections(parser, width: int) -> list[str]:
    """Each group of options under its title."""
    parts = []
    for group in parser._action_groups:
        actions = [action for action in group._group_actions
                   if is_shown(parser, action) and action.option_strings]
        names = [action.dest for action in group._group_actions if is_section(action)]
        title = "options" if group.title == "options" else f"{group.title}".rstrip(".")
        title = in_own_language(title)
        if names and "--config" in option_names(parser):
            title += in_own_language(" (in a config file below {})").format(names[0])
        if actions:
            rows = [entry(parser, action) for action in actions]
            parts.append(section(in_own_language("{}:").format(title), rows, width))
    return parts


def section(title: str, rows: list[tuple[str, str]], width: int) -> str:
    """A title, and rows of two columns: names, and what they mean."""
    lines = [title] if title else []
    for left, right in rows:
        wrapped = wrap(right, width - LEFT) or [""]
        if cells(left) > LEFT - 4:
            lines.append(f"  {left}")
        else:
            lines.append(padded(f"  {left}", LEFT) + wrapped.pop(0))
        lines += [" " * LEFT + line for line in wrapped]
    return "\n".join(line.rstrip() for line in lines)


def is_shown(parser, action) -> bool:
    """Sections have no word of their own; one page of help needs no other."""
    if is_section(action) or action.dest == "print_config":
        return False
    return action.dest != "help_all" or bool(parser.common)


def count(parser) -> int:
    return len([action for action in parser._actions
                if action.option_strings and is_shown(parser, action)])


def by_name(parser, option: str):
    """The action of a common option, named in full or by its end."""
    from .option_names import full_name

    full = full_name(parser, option)
    return next(action for action in parser._actions
                if full in action.option_strings and full in option_names(parser))
