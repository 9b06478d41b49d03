"""The page of --help of a command that has several modes."""
from ..chinese import in_own_language, translated

__all__ = ["modes_page"]


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
