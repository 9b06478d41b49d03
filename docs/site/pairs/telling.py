"""What a page says a pair is: in English the file's own words, in Chinese chinese.txt's."""
import ast
import functools
import re
from pathlib import Path
from typing import NamedTuple

from .facing import PACKAGES, source

__all__ = ["Told", "papers", "told"]

CHINESE = Path(__file__).with_name("chinese.txt")
TITLES = {      # where the file's first words are no title
    "text/windows": "Windows of tokens", "text/loader": "Batches in an order that a seed fixes",
    "models/gpt_oss": "gpt-oss", "generation/past": "Caches between two steps",
    "models/parameters": "Weights by name", "models/torch_io": "Weights as torch wrote them",
    "models/pretrained": "Published weights, in and out", "finetuning/review": "classify_review"}
AUTHORS = re.compile(r"((?:[A-ZÄÖÜ][\w'’-]+(?:,? (?:et al\.|and [A-Z][\w'-]+))?) ?\d{0,4})$")
ARXIV = re.compile(r"arXiv:\s?(\d{4}\.\d{4,5})")


class Told(NamedTuple):
    """A title, one or two sentences, and what else the file says, the shapes among it."""

    title: str
    why: str
    more: str


@functools.cache
def chinese() -> dict[str, tuple[str, str]]:
    rows = [row.split(" | ") for row in CHINESE.read_text("utf-8").splitlines()
            if row and not row.startswith("#")]
    return {name: (title, why) for name, title, why in rows}


def told(name: str, language: str) -> Told:
    """What a pair is, in a language."""
    doc = ast.get_docstring(ast.parse(source("numpy_impl", name))) or ""
    first, _, more = doc.partition("\n\n")
    if language == "zh":
        return Told(*chinese()[name], doc)
    title = TITLES.get(name) or re.split(r"[:.,;]", first)[0].replace("\n", " ")
    if name in TITLES:
        return Told(title, without(title, sentence(first)), more)
    if len(title) > 48 or not title[0].isupper():
        title = name.rpartition("/")[2].replace("_", " ").capitalize()
    return Told(title.strip(), without(title.strip(), sentence(first)), more)


def without(title: str, text: str) -> str:
    """"Softmax: turn scores ..." below the heading "Softmax" begins with "Turn"."""
    rest = text.removeprefix(f"{title}: ").removeprefix(f"{title}, ")
    return rest[0].upper() + rest[1:]


def sentence(text: str) -> str:
    return " ".join(text.split())


def papers(name: str) -> list[tuple[str, str]]:
    """[(what the docstrings call it, its arXiv id)], in the order of the file."""
    found: dict[str, str] = {}
    for package in PACKAGES:
        text = " ".join(source(package, name).split())
        for match in ARXIV.finditer(text):
            before = text[max(0, match.start() - 70):match.start()].rstrip("( ,")
            who = AUTHORS.search(before)
            found.setdefault(match[1], who[1].strip() if who else "")
    return [(who, number) for number, who in found.items()]
