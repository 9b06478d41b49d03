"""All commands as one tree of argparse, which is what shtab reads."""
import argparse
import importlib

from ..main import COMMANDS, module_of_mode
from ..parsing.help_entry import entry, takes
from ..parsing.option_types import choices_of, is_section, option_type, positionals
from ..parsing.parser import CommandParser
from ..parsing.positional_words import shown
from .words import completer

__all__ = ["command_tree"]


def command_tree() -> argparse.ArgumentParser:
    """A parser with every command, option and choice, by its short name."""
    tree = argparse.ArgumentParser("twinformer", add_help=False)
    commands = tree.add_subparsers()
    for name, (module, about) in COMMANDS.items():
        branch = commands.add_parser(name, help=about, description=about, add_help=False)
        whole = importlib.import_module(f"twinformer.commands.{module}")
        if hasattr(whole, "choose"):
            modes = branch.add_subparsers()
            for mode, what in whole.MODES.items():
                twig = modes.add_parser(mode, help=what, description=what, add_help=False)
                copy_options(command_parser(module_of_mode(module, mode)), twig)
        else:
            copy_options(command_parser(module), branch)
    return tree


def command_parser(module: str) -> CommandParser:
    parser = CommandParser(prog="twinformer")
    importlib.import_module(f"twinformer.commands.{module}").add_arguments(parser)
    return parser


def copy_options(parser: CommandParser, branch: argparse.ArgumentParser) -> None:
    """Options by the names that --help shows, and what may follow them."""
    for action in parser._actions:
        if is_section(action) or action.dest == "print_config" or not action.option_strings:
            continue
        names, about = entry(parser, action)
        name = next(word for word in names.replace(",", "").split() if word.startswith("--"))
        about = about.partition(". ")[0].rstrip(".")
        if action.nargs == 0 or (option_type(action) is bool and action.default is False):
            branch.add_argument(name, action="store_true", help=about)
        else:
            choices = ["true", "false"] if option_type(action) is bool else choices_of(action)
            copied = branch.add_argument(name, help=about, choices=choices or None)
            add_completer(copied, takes(action))
    for action in front_actions(parser):
        several = action.nargs if not action.option_strings else "*"
        copied = branch.add_argument(
            action.dest.replace(".", "_"), nargs=several, choices=choices_of(action) or None,
            help=entry(parser, action)[1].partition(". ")[0].rstrip("."))
        add_completer(copied, shown(action).strip("[] ."))


def front_actions(parser) -> list:
    """What can stand in front of the options."""
    meant = [action for action in parser._actions
             if parser.bare_words and parser.bare_words in action.option_strings]
    return positionals(parser) + meant


def add_completer(action, word: str) -> None:
    """Files, folders or runs, as the word in a page of help says."""
    if not action.choices and (complete := completer(word.removesuffix(" ..."))):
        action.complete = complete
