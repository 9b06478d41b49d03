"""Where the sources of the book are, and where it is built."""
import os
import tomllib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

__all__ = ["LANGUAGES", "ROOT", "Place", "here"]

ROOT = Path(__file__).parents[2]
LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Place:
    """A repository and the folder its book is built in; tests build a small one elsewhere."""
    root: Path = ROOT
    build: Path = field(default=ROOT / "build" / "site")

    @property
    def docs(self) -> Path:
        return self.root / "docs"

    def source(self, language: str) -> Path:
        return self.build / "source" / language

    def html(self, language: str) -> Path:
        return self.build / "html" / language

    @cached_property
    def repository(self) -> str | None:
        """The address of the repository, such as https://github.com/owner/name; None if unknown.

        $TWINFORMER_REPOSITORY says it, else pyproject.toml's project URLs, else GitHub's own
        variable while a workflow runs there.
        """
        given = os.environ.get("TWINFORMER_REPOSITORY")
        project = tomllib.loads((self.root / "pyproject.toml").read_text("utf-8"))["project"]
        given = given or project.get("urls", {}).get("Repository")
        if not given and os.environ.get("GITHUB_REPOSITORY"):
            server = os.environ.get("GITHUB_SERVER_URL", "https://github.com")
            given = f"{server}/{os.environ['GITHUB_REPOSITORY']}"
        return given.rstrip("/") if given else None


def here() -> Place:
    """This repository; $TWINFORMER_SITE names another folder to build in."""
    build = os.environ.get("TWINFORMER_SITE")
    return Place(build=Path(build).resolve()) if build else Place()
