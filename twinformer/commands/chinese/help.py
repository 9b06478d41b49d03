"""Help in Chinese: paragraphs and remarks are looked up, commands stay as they are."""
import re
import tomllib
from functools import cache
from itertools import groupby
from pathlib import Path

from ..language import language
from .wrapping import wrap

__all__ = ["in_own_language", "pieces", "table", "translated"]

WIDTH = 80
REMARK = re.compile(r"(\s+\S.*?\s{2,})((?!--|POST )\S.*)")  # "  twinformer train    your own text"


@cache
def table() -> dict[str, str]:
    """{English: Chinese}: of the commands, and of the fields of their settings."""
    files = (Path(__file__).with_name(name) for name in ("settings.toml", "help.toml"))
    return {english: chinese for file in files for english, chinese
            in tomllib.loads(file.read_text(encoding="utf-8")).items()}


def in_own_language(sentence: str) -> str:
    """The sentence in the language that is spoken; in English where it has no Chinese."""
    return table().get(sentence, sentence) if language() == "zh" else sentence


def translated(text: str) -> str:
    """A whole description, in the language that is spoken."""
    return "\n".join(chinese_lines(text)) if language() == "zh" else text


def chinese_lines(text: str) -> list[str]:
    lines: list[str] = []
    for indented, group in groupby(text.splitlines(), lambda line: line[:1].isspace()):
        some = list(group)
        if indented:
            lines += [remarked(line) for line in some]
            continue
        for blank, prose in groupby(some, lambda line: not line.strip()):
            words = list(prose)
            lines += words if blank else wrap(table().get(joined(words), joined(words)), WIDTH)
    return lines


def remarked(line: str) -> str:
    """An example, with what is said beside it."""
    found = REMARK.fullmatch(line)
    if found is None:       # a remark may go on in the next line
        text = line.strip()
        return line.replace(text, table().get(text, text))
    return found[1] + table().get(found[2], found[2])


def joined(lines: list[str]) -> str:
    return " ".join(" ".join(lines).split())


def pieces(text: str) -> list[str]:
    """All that is looked up of a description: its prose, and its remarks."""
    found = []
    for indented, group in groupby(text.splitlines(), lambda line: line[:1].isspace()):
        some = list(group)
        if indented:
            found += [match[2] for line in some if (match := REMARK.fullmatch(line))]
            found += [line.strip() for line in some if re.match(r"\s{12}\w", line)]
            continue
        found += [joined(list(prose)) for blank, prose
                  in groupby(some, lambda line: not line.strip()) if not blank]
    return found
