"""A command that has several modes: which one is meant, and the page of its --help."""
import importlib

from ..chinese import in_own_language, translated

__all__ = ["chosen_mode", "modes_page"]


def modes_page(prog: str, word: str, about: str | None, title: str, modes: dict[str, str],
               last: str) -> str:
    """What it is for, its modes, and how to learn more.

    word
        What stands for a mode in usage: MODE.
    last
        The last sentence, with {} for the command.
    """
    width = max(map(len, modes)) + 1
    rows = [f"  {name:{width}} {in_own_language(said)}" for name, said in modes.items()]
    return "\n".join([
        in_own_language("usage: {}").format(f"{prog} {word} [OPTIONS]"), "",
        translated((about or "").strip()), "",
        in_own_language("{}:").format(in_own_language(title)), *rows, "",
        in_own_language(last).format(prog)])


def chosen_mode(prog: str, words: list[str], about: str | None, modes: dict[str, str],
                package: str | None):
    """-> the mode's own name, its module, its words; None after help.

    Parameters
    ----------
    modes
        {mode: what the overview says about it}; each is a module of the package.

    Raises
    ------
    ValueError
        For a word that is no mode; it says which one is near.
    """
    from .option_names import did_you_mean

    if not words or words[0] in ("-h", "--help", "--help-all"):
        print(modes_page(prog, "MODE", about, "modes", modes,
                         "{} MODE --help explains a mode and its options"))
        return None
    mode, rest = words[0], words[1:]
    if mode not in modes:
        raise ValueError(f"there is no mode {mode!r}{did_you_mean(mode, modes)} (modes: "
                         f"{', '.join(modes)})")
    return f"{prog} {mode}", importlib.import_module(f".{mode}", package), rest
