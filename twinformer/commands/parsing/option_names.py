"""Which option a word means, and which one was meant by a word that is none."""
import difflib
from collections.abc import Iterable

from .option_types import is_section, positionals
from .other_names import OTHER_NAMES

__all__ = ["did_you_mean", "full_name", "option_names", "short_name"]

SHORT = {"lr": "learning_rate", "min_lr": "min_learning_rate"}


def option_names(parser) -> list[str]:
    """The full names of all options."""
    return [option for action in parser._actions for option in action.option_strings
            if option.startswith("--")]


def full_name(parser, name: str) -> str:
    """--max-steps -> --training.max_steps; --model -> model, where that
    stands in front.

    Raises
    ------
    ValueError
        Where there is no such option, or where it could be several.
    """
    known = [option for action in parser._actions if not is_section(action)
             for option in action.option_strings if option.startswith("--")]
    wanted = name[2:].replace("-", "_")
    wanted = parser.meant.get(wanted) or SHORT.get(wanted, wanted)
    in_front = [action.dest for action in positionals(parser)]
    if f"--{wanted}.{wanted}" in known:  # --device is --device.device
        return f"--{wanted}.{wanted}"
    for option in (name, f"--{wanted}"):
        if option in known:
            return option
    if wanted in in_front:
        return wanted
    full = [option for option in known if option.endswith(f".{wanted}")]
    if len(full) == 1:
        return full[0]
    if full:
        raise ValueError(f"{name} could be {' or '.join(full)}; write one of them in full")
    if wanted in parser.hints:
        raise ValueError(f"there is no option {name}: {parser.hints[wanted]}")
    meant = known_elsewhere(wanted, known, in_front)
    possible = [option for option in known if not option.startswith("--help")]
    possible += [f"--{name}" for name in (*in_front, *parser.meant)]
    if not meant and (near := nearest(f"--{wanted}", possible)):
        meant = f"; did you mean {short_name(parser, near)}?"
    raise ValueError(f"there is no option {name}{meant} ({parser.prog} --help-all lists all)")


def short_name(parser, option: str) -> str:
    """--training.max_steps -> --max-steps, if that is enough."""
    last = option[2:].rpartition(".")[2]
    for name in (f"--{last.replace('_', '-')}", option):
        try:
            if full_name(parser, name) == option:
                return name
        except ValueError:
            pass
    return option


def known_elsewhere(wanted: str, known: list[str], in_front: list[str]) -> str:
    """What an option of other programs is called here, or nothing."""
    for name in OTHER_NAMES.get(wanted, ()):
        if name in in_front:
            return f"; did you mean --{name}?"
        for option in known:
            if option[2:].rpartition(".")[2] == name:
                return f"; did you mean --{name.replace('_', '-')}?"
    return ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """"; did you mean train?" or nothing, where nothing is near."""
    near = nearest(word, known)
    return f"; did you mean {near}?" if near else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant; "" where nothing is near."""
    known = list(known)
    last = {name.lstrip("-").rpartition(".")[2]: name for name in known}
    tail = word.lstrip("-").rpartition(".")[2]
    # --steps is a part of --training.max_steps
    near = sorted((name for name in last if name.endswith(f"_{tail}")), key=len)
    near = [last[name] for name in near[:1]]
    near = near or difflib.get_close_matches(word, known, 1, 0.6)
    if not near:  # --n-layrs is far from --model.n_layers as a whole
        near = difflib.get_close_matches(tail, list(last), 1, 0.6)
        near = [last[name] for name in near]
    return near[0] if near else ""
