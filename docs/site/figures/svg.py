"""Drawings as SVG text, readable in light and dark: every colour is a variable with a default, so
that a page may set it, and a drawing that stands alone follows the reader's system."""
import math
from html import escape

__all__ = ["Drawing", "width_of"]

STYLE = """
.tf { font: 13px/1.3 system-ui, "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif;
  --ink: var(--fig-ink, #1f2933); --soft: var(--fig-soft, #5b6673);
  --line: var(--fig-line, #9aa5b1);
  --paper: var(--fig-paper, #ffffff); --a: var(--fig-a, #1d5fbf); --b: var(--fig-b, #b34700);
  --c: var(--fig-c, #1a7f4b); --d: var(--fig-d, #8a3ffc);
  --a-soft: var(--fig-a-soft, #e3edfb); --b-soft: var(--fig-b-soft, #fdeadd);
  --c-soft: var(--fig-c-soft, #e1f4e8); --d-soft: var(--fig-d-soft, #f0e6ff);
  --plain-soft: var(--fig-plain-soft, #f2f4f7); }
@media (prefers-color-scheme: dark) { svg.tf:root {
  --fig-ink: #e6e9ed; --fig-soft: #a8b3bf; --fig-line: #66717d; --fig-paper: #14181d;
  --fig-a: #7db2ff; --fig-b: #ffa168; --fig-c: #6fd49b; --fig-d: #c4a2ff;
  --fig-a-soft: #1b2c45; --fig-b-soft: #3d2616; --fig-c-soft: #17352a; --fig-d-soft: #2f2345;
  --fig-plain-soft: #20262d; } }
.tf text { fill: var(--ink); } .tf .soft { fill: var(--soft); }
.tf .code { font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.tf .small { font-size: 11px; } .tf .title { font-weight: 600; }
.tf .paper { fill: var(--paper); stroke: var(--line); }
.tf .edge { stroke: var(--line); fill: none; stroke-width: 1.4; }
.tf .axis { stroke: var(--line); fill: none; } .tf .grid { stroke: var(--line); opacity: .3; }
.tf .head { fill: var(--line); stroke: none; }
""" + "".join(
    f".tf .fill-{k} {{ fill: var(--{k}); }} .tf .box-{k} {{ fill: var(--{k}-soft); "
    f"stroke: var(--{k}); }} .tf .line-{k} {{ stroke: var(--{k}); fill: none; "
    f"stroke-width: 1.8; }}\n" for k in "abcd") + (
    ".tf .box-plain { fill: var(--plain-soft); stroke: var(--line); }\n"
    ".tf .box-none { fill: none; stroke: var(--line); stroke-dasharray: 4 3; }\n")


def width_of(text: str, size: float = 13, code: bool = False) -> float:
    """About how wide a text is drawn; a Chinese character is a full square."""
    narrow = 0.602 if code else 0.56
    return size * sum(1.0 if ord(sign) > 0x2e7f else narrow for sign in text)


class Drawing:
    """Shapes one after the other; later ones lie above."""

    def __init__(self, width: float, height: float, title: str):
        self.width, self.height, self.title = width, height, title
        self.parts: list[str] = []

    def add(self, part: str) -> None:
        self.parts.append(part)

    def text(self, x, y, text, kind: str = "", anchor: str = "start", turn: float = 0) -> None:
        turned = f' transform="rotate({turn:g} {x:.1f} {y:.1f})"' if turn else ""
        self.add(f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}"{turned}>'
                 f'{escape(str(text))}</text>')

    def box(self, x, y, width, height, kind: str = "plain", radius: float = 6,
            title: str = "") -> None:
        told = f"<title>{escape(title)}</title>" if title else ""
        self.add(f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
                 f'rx="{radius:g}" class="box-{kind}">{told}</rect>')

    def cell(self, x, y, width, height, kind: str, strength: float = 1.0, title: str = "") -> None:
        """A filled square of a map; strength 0 to 1."""
        told = f"<title>{escape(title)}</title>" if title else ""
        self.add(f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
                 f'class="fill-{kind}" fill-opacity="{strength:.3f}">{told}</rect>')

    def line(self, points, kind: str = "edge") -> None:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.add(f'<polyline points="{path}" class="{kind}"/>')

    def circle(self, x, y, radius, kind: str) -> None:
        self.add(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" class="{kind}"/>')

    def arrow(self, points, kind: str = "edge", bent: bool = False) -> None:
        """A line with a head at its end; bent: as a smooth curve, from top to bottom."""
        (x0, y0), (x1, y1) = points[-2], points[-1]
        if bent:
            path = f"M{points[0][0]:.1f},{points[0][1]:.1f}"
            for (xa, ya), (xb, yb) in zip(points, points[1:]):
                middle = (ya + yb) / 2
                path += f" C{xa:.1f},{middle:.1f} {xb:.1f},{middle:.1f} {xb:.1f},{yb:.1f}"
            self.add(f'<path d="{path}" class="{kind}"/>')
            angle = math.pi / 2 if y1 >= y0 else -math.pi / 2
        else:
            self.line(points, kind)
            angle = math.atan2(y1 - y0, x1 - x0)
        left, right = (angle + turn for turn in (2.7, -2.7))
        self.add('<polygon class="head" points="' + " ".join(
            f"{x1 + 7 * math.cos(a):.1f},{y1 + 7 * math.sin(a):.1f}" if a is not None
            else f"{x1:.1f},{y1:.1f}" for a in (None, left, right)) + '"/>')

    def svg(self) -> str:
        """The whole drawing; its title is what a screen reader says."""
        return (f'<svg xmlns="http://www.w3.org/2000/svg" class="tf" role="img" '
                f'viewBox="0 0 {self.width:.0f} {self.height:.0f}" width="{self.width:.0f}" '
                f'height="{self.height:.0f}" aria-label="{escape(self.title, quote=True)}">'
                f'<style>{STYLE}</style>{"".join(self.parts)}</svg>\n')
