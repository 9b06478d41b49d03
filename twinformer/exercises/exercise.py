"""One exercise, as its folder in the catalog tells it."""
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from .skeleton import changed, plain, skeleton

__all__ = ["KINDS", "LANGUAGES", "Exercise", "Mistake", "read_exercise"]

LANGUAGES = ("en", "zh")
KINDS = ("write", "backward", "debug", "read")
JUDGES = ("parity", "reference", "answers")


@dataclass(frozen=True)
class Mistake:
    """A change of the solution that people make, and what is said about it."""

    old: str
    new: str
    cause: dict[str, str] = field(hash=False)


@dataclass(frozen=True)
class Exercise:
    """What there is to do, who judges it, and what is known to go wrong.

    Attributes
    ----------
    name
        "softmax-forward", as the command line has it.
    title, text
        {"en": ..., "zh": ...}; text is Markdown.
    hints
        {language: three of them}, each saying more than the one before.
    chapter
        "03", or "A": where the book of the code has it.
    pair
        "layers/norm", the page of the two files it is about; None of none.
    kind
        One of KINDS: write it, derive its backward, find the fault, answer.
    minutes
        How long it may take somebody who has read the chapter.
    judge
        "parity": the component is run as a port beside the reference;
        "reference": a function, on cases of judge.py; "answers": numbers.
    component
        For "parity": "layers.norm.LayerNorm".
    function
        For "reference": what is called.
    test
        Lines that a right solution runs through: the small failing test.
    broken
        For "debug": the mistake that the learner finds in the file.
    mistakes
        At least three; `check` names their causes.
    folder
        Where it lies in the catalog.
    """

    name: str
    title: dict[str, str] = field(hash=False)
    text: dict[str, str] = field(hash=False)
    hints: dict[str, tuple[str, ...]] = field(hash=False)
    chapter: str
    pair: str | None
    kind: str
    minutes: int
    judge: str
    component: str
    function: str
    test: str
    broken: Mistake | None
    mistakes: tuple[Mistake, ...]
    folder: Path

    @property
    def module(self) -> str:
        """The learner's file, without its ending."""
        return self.name.replace("-", "_")

    def source(self) -> str:
        """The solution as it lies in the catalog, with its marks."""
        return (self.folder / "solution.py").read_text(encoding="utf-8")

    def solution(self) -> str:
        return plain(self.source())

    def skeleton(self) -> str:
        """What a learner begins with."""
        if self.broken:
            return changed(self.source(), self.broken.old, self.broken.new)
        return skeleton(self.source())

    def with_mistake(self, mistake: Mistake) -> str:
        return changed(self.source(), mistake.old, mistake.new)

    def page(self, language: str = "en") -> str:
        """The exercise as a page of Markdown."""
        from .words import chapter_name, said

        about = said("about", language, chapter=chapter_name(self.chapter, language),
                     minutes=self.minutes, kind=said(self.kind, language))
        return (f"# {self.title[language]}\n\n{about}\n\n{self.text[language].strip()}\n\n"
                + said("how", language, name=self.name, file=f"{self.module}.py"))


def read_exercise(folder: Path) -> Exercise:
    """The exercise of a folder.

    Raises
    ------
    ValueError
        Where its exercise.toml misses something or has it wrong.
    """
    path = folder / "exercise.toml"
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    try:
        mistakes = [Mistake(one["old"], one["new"], {key: one[key] for key in LANGUAGES})
                    for one in told["mistakes"]]
        broken = mistakes[0] if told["kind"] == "debug" else None
        by_language = {key: told[key] for key in LANGUAGES}
        found = Exercise(
            folder.name, {key: one["title"] for key, one in by_language.items()},
            {key: one["text"] for key, one in by_language.items()},
            {key: tuple(one["hints"]) for key, one in by_language.items()},
            told["chapter"], told.get("pair"), told["kind"], told["minutes"], told["judge"],
            told.get("component", ""), told.get("function", ""), told.get("test", ""),
            broken, tuple(mistakes), folder)
    except KeyError as missing:
        raise ValueError(f"{path} has no {missing}") from None
    if found.kind not in KINDS or found.judge not in JUDGES:
        raise ValueError(f"{path}: kind is one of {', '.join(KINDS)}, judge one of "
                         f"{', '.join(JUDGES)}; got {found.kind} and {found.judge}")
    return found
