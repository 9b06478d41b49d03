"""The proof inside somebody's own pytest, in the form of scikit-learn's function
of this name:

    from parity_tests import parametrize_with_checks

    @parametrize_with_checks([MyLayerNorm(4), my_softmax])
    def test_my_port(port, check):
        check(port)

Each class or function gives a test for every mood of numbers (ordinary, large,
equal, ...). A function's backward is found beside it, by the name it has there
(my_softmax_backward). Which component is meant its name says, MyLayerNorm or
my_softmax; else a dictionary does: {"layers.norm.LayerNorm": Norm}.
"""
import functools
import importlib
import inspect
import sys
from types import ModuleType
from typing import Any

from ..cases import MOODS
from ..component_base import Component
from ..components import COMPONENTS, component
from .explaining import explained
from .report import said_about
from .trying import sides_of, tried

__all__ = ["check_port", "component_of", "parametrize_with_checks"]

TIMES = 2  # cases of each mood


def parametrize_with_checks(ports, *, seed: int = 0):
    """A decorator for a test function of two arguments, port and check.

    ports : list, or {component: port}
        Classes, instances (which stand for their classes: other sizes are tried
        as well) and functions.

    Raises
    ------
    ValueError
        If a name fits no component.
    """
    import pytest

    if not ports:
        raise ValueError("there is nothing to check: expected classes or functions")
    pairs = ports.items() if isinstance(ports, dict) else (
        (component_of(port).name, port) for port in ports)
    return pytest.mark.parametrize("port, check", [
        pytest.param(port, functools.partial(check_port, name=name, mood=mood, seed=seed),
                     id=f"{component(name).public}-{mood}")
        for name, port in pairs for mood in MOODS])


def check_port(port, name: str, mood: str = "ordinary", seed: int = 0) -> None:
    """AssertionError that says what is off, if something is."""
    thing = port if inspect.isroutine(port) or isinstance(port, type) else type(port)
    part = component(name)
    package = as_package(thing, part)
    try:
        first = MOODS.index(mood)
        numbers = [first + turn * len(MOODS) for turn in range(TIMES)]
        row = tried(part, sides_of(package), 0, seed, numbers)
        assert not row.absent, f"{thing.__name__} raises NotImplementedError"
        if row.finding:
            told = explained(name, row.finding, seed, seconds=3)
            raise AssertionError(said_about(told, row.finding.number))
    finally:
        del sys.modules[package]


def component_of(port) -> Component:
    """The component that a class or function is called like.

    Raises
    ------
    ValueError
        If there is none.
    """
    thing = port if inspect.isroutine(port) or isinstance(port, type) else type(port)
    own = thing.__name__.replace("_", "").lower()
    fitting = [part for part in COMPONENTS
               if own.endswith(part.public.replace("_", "").lower())]
    if not fitting:
        raise ValueError(
            f"which component {thing.__name__} is its name does not say: give "
            f"{{component: {thing.__name__}}}, the component one of "
            f"{', '.join(part.name for part in COMPONENTS)}")
    return max(fitting, key=lambda part: len(part.public))


def as_package(thing, part: Component) -> str:
    """A flat module with the thing under the component's name; its name."""
    home = importlib.import_module(thing.__module__)
    module: Any = ModuleType(f"checked_{part.public}")
    module.__file__ = getattr(home, "__file__", None) or thing.__module__
    vars(module).update({key: value for key, value in vars(home).items()
                         if key in ("asarray", "Linear")})
    setattr(module, part.public, thing)
    backward = getattr(home, f"{thing.__name__}_backward", None)
    if backward is not None:
        setattr(module, part.backward_name(), backward)
    sys.modules[module.__name__] = module
    return module.__name__
