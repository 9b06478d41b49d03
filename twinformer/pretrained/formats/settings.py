"""What a config.json says, asked one setting after the other.

Whatever changes the mathematics has to be known, and is refused where it is not what the model
does; test_config_settings.py goes through all the settings that transformers has.
"""
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ...io.text_files import read_text

__all__ = ["Settings"]


class Settings:
    """The content of a config.json, or a part of it.

    Parameters
    ----------
    content : dict
    place : str
        The file, and where in it, for messages.
    model : str
        What the model is called, for messages.
    """

    def __init__(self, content: dict[str, Any], place: str, model: str = "this model"):
        self.content, self.place, self.model = content, place, model

    @classmethod
    def read(cls, path: Path) -> "Settings":
        """ValueError where the file holds no JSON object."""
        try:
            content = json.loads(read_text(path))
            if not isinstance(content, dict):
                raise ValueError(f"it holds {type(content).__name__}")
        except ValueError as problem:
            raise ValueError(f"{path} is no JSON object: {problem}") from None
        return cls(content, str(path))

    def get(self, name: str, default: Any = None) -> Any:
        """A setting; null counts as left out."""
        value = self.content.get(name)
        return default if value is None else value

    def whole(self, name: str, default: int | None = None) -> int:
        """A whole number, of at least 1."""
        value = self.get(name, default)
        if type(value) is not int or value < 1:
            raise ValueError(f"{self.place}: expected a whole number {name}, of at least 1, got "
                             f"{'none' if value is None else repr(value)}")
        return value

    def number(self, name: str, default: float | None = None) -> float:
        """A real number."""
        value = self.get(name, default)
        if type(value) not in (int, float):
            raise ValueError(f"{self.place}: expected a number {name}, got "
                             f"{'none' if value is None else repr(value)}")
        return float(value)

    def flag(self, name: str, default: bool) -> bool:
        value = self.get(name, default)
        if type(value) is not bool:
            raise ValueError(f"{self.place}: expected true or false for {name}, got {value!r}")
        return value

    def only(self, name: str, *allowed: Any) -> None:
        """ValueError where a setting is none of these; left out, it is the first."""
        if (value := self.get(name, allowed[0])) not in allowed:
            raise ValueError(f"{self.place}: {name} is {value!r}, and that of {self.model} here "
                             f"is {allowed[0]!r}; such a model cannot be computed")

    def no_others(self, known: Iterable[str]) -> None:
        """ValueError where there is a setting beside these."""
        if more := [name for name in self.content if name not in known and self.get(name)]:
            raise ValueError(f"{self.place} has {', '.join(more)}, which {self.model} here does "
                             "not know; such a model cannot be computed")

    def part(self, name: str) -> "Settings":
        """The settings inside of one, none where it is left out."""
        content = self.get(name, {})
        if not isinstance(content, dict):
            raise ValueError(f"{self.place}: expected {name} to be an object, got {content!r}")
        return Settings(content, f"{self.place}, {name}", self.model)
