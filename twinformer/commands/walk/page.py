"""A printed page: numbered steps, each with both sides' numbers."""
from .labels import COLUMNS, ROWS, label, numbers, pad

__all__ = ["Page"]


class Page:
    """Prints steps, and remembers the largest difference of all.

    Attributes
    ----------
    compared : set of str
        The arrays that were compared.
    worst : (float, str)
        The largest difference, in roundings of the array's largest number,
        and where it was.
    """

    def __init__(self, tokens, vocabulary, eps):
        from rich.console import Console

        self.console = Console(highlight=False, markup=False, emoji=False)
        self.width = min(100, self.console.width) if self.console.is_terminal else 100
        self.labels = [label(token) for token in tokens]
        self.vocabulary = [label(token) for token in vocabulary]
        self.eps = eps
        self.number = 0
        self.compared = set()
        self.worst = (0.0, "nothing")  # in roundings, and where

    def say(self, text="", style=None):
        text = text.rstrip() if isinstance(text, str) else text
        self.console.print(text, style=style, no_wrap=True, overflow="ignore", crop=False,
                           soft_wrap=True)

    def rule(self, title):
        self.say()
        self.say(f"== {title} " + "=" * (self.width - len(title) - 4), "bold")

    def heading(self, title, formula, shape, file):
        from rich.text import Text

        self.number += 1
        self.say()
        left = f"{self.number:>3}  {title}"
        right = f"({shape})  {file}" if shape else file
        gap = " " * max(2, self.width - len(left) - len(right))
        self.say(Text.assemble((left, "bold cyan"), gap, (right, "dim")))
        self.say(f"     {formula}", "yellow")

    def step(self, step, name, ours, theirs, prefix=""):
        a, b = ours[name], theirs[name]
        sizes = a.shape[-len(step.axes):] if step.axes else ()
        shape = ", ".join(f"{axis} {size}" for axis, size in zip(step.axes, sizes, strict=True))
        self.heading(step.title, step.formula, shape, step.file)
        self.say(f"     {step.reason}")
        self.numbers(a, b, step.axes)
        self.say(self.difference(prefix + name, a, b), "green")

    def numbers(self, a, b, axes):
        """Both sides' numbers, their first rows and columns."""
        import numpy as np

        if not axes:
            self.say(f"{'':11}{float(a):<42.12f} | {float(b):.12f}")
            return
        note = ""
        if axes[0] == "H":
            note, a, b = f"head 1 of {a.shape[1]}", a[:, 0], b[:, 0]
        elif a.ndim == 2:  # the mask has no batch
            a, b = a[None], b[None]
        a, b = a[0], b[0]
        largest = float(np.abs(a).max()) if a.dtype != bool else 1.0
        power = int(np.floor(np.log10(largest))) if largest and not 1e-2 <= largest < 100 else 0
        if power:
            note = ", ".join(filter(None, [note, f"in units of 1e{power:+d}"]))
        if note:
            self.say(f"{'':11}{note}", "dim")
        rows = zip(self.labels, a[:ROWS] / 10.0**power, b[:ROWS] / 10.0**power, strict=False)
        more = "  .." if a.shape[1] > COLUMNS else ""
        if columns := self.column_labels(axes):
            more_here = more.replace("..", "  ")
            heads = "".join(pad(column, -8) for column in columns) + more_here
            self.say(f"{'':9}{pad(heads, 44)} | {heads}", "dim")
        for token, left, right in rows:
            sides = [numbers(side, a.dtype == bool) + more for side in (left, right)]
            self.say(f"   {pad(token, 6)}{sides[0]:<44} | {sides[1]}")
        if len(a) > ROWS:
            self.say(f"    ... and {len(a) - ROWS} more rows", "dim")

    def column_labels(self, axes):
        """What the columns stand for, where they stand for tokens."""
        return {"TT": self.labels[:-1], "HTT": self.labels[:-1],
                "TV": self.vocabulary}.get(axes, [])[:COLUMNS]

    def difference(self, name, a, b):
        """The largest difference, in words; remembers the worst of all."""
        import numpy as np

        self.compared.add(name)
        if a.dtype == bool:
            if not np.array_equal(a, b):
                self.worst = (float("inf"), name)
            return "           no difference"
        largest = float(np.abs(a).max())
        apart = float(np.abs(a - b).max())
        roundings = apart / (self.eps * largest) if largest else apart / self.eps
        if not roundings <= self.worst[0]:  # also where it is NaN
            self.worst = (roundings, name)
        if apart == 0:
            return "           no difference"
        return (f"           largest difference {apart:.1e}: {roundings:.1f} x the rounding of "
                f"the largest number")
