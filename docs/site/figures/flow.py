"""Boxes and arrows from top to bottom, placed so that few arrows cross."""
from dataclasses import dataclass, field

from .svg import Drawing, width_of

__all__ = ["Box", "flow"]

GAP_X, GAP_Y, PAD, LINE = 26, 40, 10, 16


@dataclass
class Box:
    """lines : what stands in it; kinds of lines: "code", "soft", ""."""

    lines: list[tuple[str, str]]
    kind: str = "plain"
    after: list["Box"] = field(default_factory=list)   # where its arrows come from
    rank: int = 0
    x: float = 0.0                                     # of its middle

    def width(self) -> float:
        return 2 * PAD + max(width_of(text, 12, "code" in kind) for text, kind in self.lines)

    def height(self) -> float:
        return 12 + LINE * len(self.lines) if self.lines[0][0] else 0


def flow(boxes: list[Box], title: str) -> str:
    """The drawing, as SVG; boxes in an order in which each comes behind those it needs."""
    for box in boxes:
        box.rank = max((before.rank + 1 for before in box.after), default=0)
    for box in boxes:                                   # a source stands right above its first use
        users = [other.rank for other in boxes if box in other.after]
        if not box.after and users:
            box.rank = min(users) - 1
    levels, routes = layered(boxes)
    arrange(levels, routes)
    width = place(levels, routes)
    tops, heights, y = {}, {}, 10.0
    for rank, level in enumerate(levels):
        tops[rank], heights[rank] = y, max(box.height() for box in level)
        y += heights[rank] + GAP_Y
    drawing = Drawing(width, y - GAP_Y + 10, title)
    for route in routes:
        drawing.arrow(turns(route, tops, heights), bent=True)
    for box in boxes:
        left, top = box.x - box.width() / 2, tops[box.rank]
        drawing.box(left, top, box.width(), box.height(), box.kind)
        for n, (text, kind) in enumerate(box.lines):
            drawing.text(box.x, top + 18 + LINE * n, text, kind, "middle")
    return drawing.svg()


def turns(route: list[Box], tops, heights) -> list[tuple[float, float]]:
    """Where an arrow bends: only between two levels, so that no box hides a part of it.

    Through a level it goes straight down, beside the tallest box of it too.
    """
    first, *knots, end = route
    points = [(first.x, tops[first.rank] + first.height())]
    if first.height() < heights[first.rank]:
        points.append((first.x, tops[first.rank] + heights[first.rank]))
    for knot in knots:
        points += [(knot.x, tops[knot.rank]), (knot.x, tops[knot.rank] + heights[knot.rank])]
    aside = points[-1][0] - end.x
    return [*points, (end.x + lean(aside, end.width()), tops[end.rank])]


def lean(aside: float, width: float) -> float:
    """Arrows that come from the side end a little to that side."""
    most = width / 2 - 12
    return max(-most, min(most, aside / 4))


def layered(boxes):
    """Levels of boxes, and routes of arrows, with an empty box wherever one passes a level."""
    levels = [[box for box in boxes if box.rank == rank]
              for rank in range(max(box.rank for box in boxes) + 1)]
    routes = []
    for box in boxes:
        for before in box.after:
            route = [before]
            for rank in range(before.rank + 1, box.rank):
                knot = Box([("", "")], rank=rank)
                levels[rank].append(knot)
                route.append(knot)
            routes.append([*route, box])
    return [level for level in levels if level], routes


def neighbours(routes):
    above, below = {}, {}
    for route in routes:
        for one, other in zip(route, route[1:]):
            above.setdefault(id(other), []).append(one)
            below.setdefault(id(one), []).append(other)
    return above, below


def arrange(levels, routes) -> None:
    """Sort each level by the mean place of what it is joined to, up and down in turn."""
    above, below = neighbours(routes)
    for sweep in range(8):
        joined = above if sweep % 2 == 0 else below
        order = levels if sweep % 2 == 0 else levels[::-1]
        at = {id(box): n for level in levels for n, box in enumerate(level)}
        for level in order:
            wishes = {id(box): middle(joined.get(id(box), ()), at, at[id(box)]) for box in level}
            level.sort(key=lambda box, wishes=wishes: wishes[id(box)])
            at |= {id(box): n for n, box in enumerate(level)}


def middle(near, at: dict[int, int], own: float) -> float:
    """The mean place of what a box is joined to; its own where that is nothing."""
    return sum(at[id(other)] for other in near) / len(near) if near else own


def place(levels, routes) -> float:
    """Give every box its x, near what it is joined to and beside its neighbours; the width."""
    def space(box):
        return box.width() if box.lines[0][0] else 6

    for level in levels:
        x = 0.0
        for box in level:
            box.x = x + space(box) / 2
            x += space(box) + GAP_X
    above, below = neighbours(routes)
    for sweep in range(20):
        joined = above if sweep % 2 == 0 else below
        for level in levels if sweep % 2 == 0 else levels[::-1]:
            wish = []
            for box in level:
                near = joined.get(id(box), ())
                wish.append(sum(o.x for o in near) / len(near) if near else box.x)
            settle(level, wish, space)
    left = min(box.x - space(box) / 2 for level in levels for box in level) - 12
    for level in levels:
        for box in level:
            box.x -= left
    return max(box.x + space(box) / 2 for level in levels for box in level) + 12


def settle(level, wish, space) -> None:
    """Boxes at the places they wish for, pushed apart where they would overlap."""
    groups: list[list] = []      # of boxes that touch: [offset of the first, boxes, sum of wishes]
    for box, x in zip(level, wish):
        groups.append([[box], [0.0], [x]])
        while len(groups) > 1 and overlap(groups[-2], groups[-1], space):
            boxes, offsets, wishes = groups.pop()
            base = groups[-1]
            shift = base[1][-1] + (space(base[0][-1]) + space(boxes[0])) / 2 + GAP_X
            base[0] += boxes
            base[1] += [shift + offset for offset in offsets]
            base[2] += wishes
    for boxes, offsets, wishes in groups:
        start = first_place(offsets, wishes)
        for box, offset in zip(boxes, offsets):
            box.x = start + offset


def first_place(offsets, wishes) -> float:
    return sum(w - o for w, o in zip(wishes, offsets)) / len(offsets)


def overlap(one, other, space) -> bool:
    end = first_place(one[1], one[2]) + one[1][-1] + space(one[0][-1]) / 2
    begin = first_place(other[1], other[2]) - space(other[0][0]) / 2
    return begin < end + GAP_X
