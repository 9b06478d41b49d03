"""What a run is."""
import re
from dataclasses import dataclass
from textwrap import dedent

__all__ = ["Run", "run"]


@dataclass(frozen=True)
class Run:
    """Lines of Python, shown as they are and run as they are.

    setup : imports, layers with their weights, inputs, and dy where there is a backward
    forward : one call, "y, cache = layer.forward(x)"
    backward : one call, "dx = layer.backward(dy, cache)"; "" where there is none
    twin : whether the same lines run in the twin, with numpy_impl read as torch_impl
    follow : the functions whose lines are told, where it is not those that are called here
    """

    setup: str
    forward: str
    backward: str = ""
    twin: bool = True
    follow: tuple[str, ...] = ()

    def code(self) -> str:
        """All of it, to be copied."""
        return "\n".join(filter(None, [self.setup, self.forward, self.backward]))

    def result(self) -> str:
        """The name of what the forward gives."""
        return re.split(r"\W", self.forward, maxsplit=1)[0]

    def differentiated(self) -> list[str]:
        """The inputs that the backward gives a gradient of: "dq, dk = ..." -> ["q", "k"]"""
        left, equals, _ = self.backward.partition(" = ")
        return [name.strip().removeprefix("d") for name in left.split(",")] if equals else []


def run(setup: str, forward: str, backward: str = "", twin: bool = True, follow: str = "") -> Run:
    return Run(dedent(setup).strip(), dedent(forward).strip(), dedent(backward).strip(), twin,
               tuple(follow.split()))
