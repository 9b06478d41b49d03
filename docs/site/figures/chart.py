"""A plain chart: axes with round ticks, lines, points and their names beside them."""
import math

from .svg import Drawing

__all__ = ["Chart"]

LEFT, RIGHT, TOP, BOTTOM = 64, 150, 44, 48


class Chart:
    """Numbers in, SVG out.

    x, y : (lowest, highest) of the axes
    log : which axes are logarithmic, "x", "y" or "xy"
    """

    def __init__(self, title, x_label, y_label, x, y, log="", width=640, height=340, right=RIGHT):
        self.drawing = Drawing(width, height, title)
        self.x, self.y, self.log = x, y, log
        self.inner = LEFT, TOP, width - right, height - BOTTOM
        left, top, end, bottom = self.inner
        self.drawing.text(14, 22, title, "title")
        for value in ticks(*x, "x" in log):
            at = self.place_x(value)
            self.drawing.line([(at, top), (at, bottom)], "grid")
            self.drawing.text(at, bottom + 18, short(value), "soft small", "middle")
        for value in ticks(*y, "y" in log):
            at = self.place_y(value)
            self.drawing.line([(left, at), (end, at)], "grid")
            self.drawing.text(left - 8, at + 4, short(value), "soft small", "end")
        self.drawing.line([(left, top), (left, bottom), (end, bottom)], "axis")
        self.drawing.text((left + end) / 2, height - 10, x_label, "soft", "middle")
        self.drawing.text(16, (top + bottom) / 2, y_label, "soft", "middle", -90)

    def place_x(self, value) -> float:
        left, _, end, _ = self.inner
        return left + (end - left) * share(value, *self.x, "x" in self.log)

    def place_y(self, value) -> float:
        _, top, _, bottom = self.inner
        return bottom - (bottom - top) * share(value, *self.y, "y" in self.log)

    def line(self, xs, ys, colour: str, name: str = "", dy: float = 0) -> None:
        points = [(self.place_x(x), self.place_y(y)) for x, y in zip(xs, ys)]
        self.drawing.line(points, f"line-{colour}")
        if name:
            x, y = points[-1]
            self.drawing.text(x + 8, y + 4 + dy, name, f"fill-{colour} small")

    def point(self, x, y, colour: str, name: str, dx: float = 8, dy: float = -8,
              anchor: str = "start") -> None:
        self.drawing.circle(self.place_x(x), self.place_y(y), 4.5, f"fill-{colour}")
        self.drawing.text(self.place_x(x) + dx, self.place_y(y) + dy, name, "small", anchor)

    def svg(self) -> str:
        return self.drawing.svg()


def share(value, low, high, log: bool) -> float:
    if log:
        value, low, high = (math.log10(number) for number in (value, low, high))
    return (value - low) / (high - low)


def ticks(low, high, log: bool) -> list[float]:
    """Round numbers from low to high, about five."""
    if log:
        powers = range(math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9) + 1)
        every = max(1, len(powers) // 6)
        return [10.0 ** power for power in powers if power % every == 0]
    rough = (high - low) / 5
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * k for k in (1, 2, 2.5, 5, 10) if unit * k >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [round(step * n, 10) for n in range(first, math.floor(high / step + 1e-9) + 1)]


def short(value: float) -> str:
    if value and (abs(value) >= 1e5 or abs(value) < 1e-3):
        return f"1e{round(math.log10(abs(value)))}"
    return f"{value:g}"


