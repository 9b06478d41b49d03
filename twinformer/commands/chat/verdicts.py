"""A classifier in a conversation: it answers with its classes."""
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

__all__ = ["Verdicts"]

SHOWN = 5


@dataclass
class Verdicts:
    """What chat_loop needs, of a Classifier."""

    classifier: Any
    commands: tuple = ()

    @property
    def greeting(self) -> str:
        classes = self.classifier.classes
        return (f"a classifier of {len(classes)} classes ({', '.join(classes[:SHOWN])}"
                f"{', ...' if len(classes) > SHOWN else ''}): give it a text; Ctrl-D ends")

    def answer(self, text: str) -> Iterator[str]:
        """Its likeliest classes, and how sure it is."""
        row = self.classifier.probabilities([text])[0]                 # (C,)
        order = row.argsort(kind="stable")[::-1][:SHOWN]
        yield "   ".join(f"{self.classifier.classes[c]} {row[c]:.1%}" for c in order)
