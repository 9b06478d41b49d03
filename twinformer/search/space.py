"""What a search may choose from: a range of numbers, or some values.

    log:1e-4:1e-2     a number, each order of magnitude as likely
    0.0:0.3           a number
    4:64:4            a whole number, in steps of 4
    cosine,linear     one of these

Whether a range is of whole numbers follows from the setting.
"""
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

__all__ = ["Choice", "Range", "Space", "read_range", "can_be_searched"]

FORMS = "LOW:HIGH, LOW:HIGH:STEP, log:LOW:HIGH, or values with commas between: A,B,C"
KEYS = ("low", "high", "log", "step", "choices")


@dataclass(frozen=True)
class Range:
    """Numbers from low to high, both included; spread evenly, or their logarithms."""

    low: float
    high: float
    log: bool = False
    step: float | None = None
    whole: bool = False

    def suggest(self, trial, name: str) -> float:
        """What Optuna wants to try next."""
        if self.whole:
            return trial.suggest_int(name, self.low, self.high, step=self.step or 1, log=self.log)
        return trial.suggest_float(name, self.low, self.high, step=self.step, log=self.log)

    def __contains__(self, value: Any) -> bool:
        if not self.low <= value <= self.high:
            return False
        if self.step is None:
            return True
        steps = (value - self.low) / self.step
        return math.isclose(steps, round(steps), abs_tol=1e-9)

    def ends(self) -> list[Any]:
        return [self.low, self.high]

    def __str__(self) -> str:
        step = "" if self.step is None else f":{self.step:g}"
        return f"{'log:' * self.log}{self.low:g}:{self.high:g}{step}"


@dataclass(frozen=True)
class Choice:
    """One of some values."""

    values: tuple[Any, ...]

    def suggest(self, trial, name: str) -> Any:
        return trial.suggest_categorical(name, self.values)

    def __contains__(self, value: Any) -> bool:
        return value in self.values

    def ends(self) -> list[Any]:
        return [*self.values]

    def __str__(self) -> str:
        return ",".join(map(str, self.values))


Space = Mapping[str, Range | Choice]


def read_range(name: str, given: Any, kind: Any) -> Range | Choice:
    """What a setting may become, from the command line or a YAML file.

    Parameters
    ----------
    name : str
        Of the setting, for messages.
    given : str, sequence or dict
        One of the forms above; a list of values; or low, high, log, step.
    kind : type
        Of the setting.

    Raises
    ------
    ValueError
        Where it cannot be read, holds one value only, or is the wrong way round.
    """
    kind = without_none(kind)
    if isinstance(given, Mapping):
        return from_mapping(name, given, kind)
    if isinstance(given, str):
        flags, numbers = [], given.split(":")
        while numbers[0].strip() in ("log", "int", "float"):
            flags.append(numbers.pop(0).strip())
        if kind in (int, float) and len(numbers) > 1:
            if len(numbers) > 3:
                raise ValueError(f"{name}: expected {FORMS}, got {given}")
            low, high, step = [*numbers, None][:3] if len(numbers) == 2 else numbers
            return new_range(name, low, high, step, "log" in flags, kind)
        given = given.split(",")
    if not isinstance(given, Sequence):
        raise ValueError(f"{name}: expected {FORMS}, got {given}")
    values = tuple(dict.fromkeys(read_value(name, value, kind) for value in given))
    if len(values) < 2:
        one = f"the one value {values[0]}" if values else "nothing"
        raise ValueError(f"{name}: expected {FORMS}, got {one}; a setting "
                         "that is the same in every trial is an option, not a space")
    return Choice(values)


def from_mapping(name: str, given: Mapping[str, Any], kind: Any) -> Range | Choice:
    """{low: 1e-4, high: 1e-2, log: true}, or {choices: [...]}"""
    if unknown := [key for key in given if key not in KEYS]:
        raise ValueError(f"{name}: expected {', '.join(KEYS)}, got {unknown[0]}")
    if "choices" in given:
        return read_range(name, list(given["choices"]), kind)
    if not {"low", "high"} <= set(given):
        raise ValueError(f"{name}: expected low and high, got {', '.join(given) or 'nothing'}")
    log = str(given.get("log", False)).lower() in ("true", "yes")
    return new_range(name, given["low"], given["high"], given.get("step"), log, kind)


def new_range(name: str, low: Any, high: Any, step: Any, log: bool, kind: Any) -> Range:
    if kind not in (int, float):
        raise ValueError(f"{name} is no number, so it has no range; name values: A,B,C")
    low, high = read_value(name, low, kind), read_value(name, high, kind)
    step = None if step in (None, "") else read_value(name, step, kind)
    if low >= high:
        turned = f"; the other way round: {'log:' * log}{high:g}:{low:g}" if low > high else ""
        raise ValueError(f"{name}: a range goes from low to high, got {low:g}:{high:g}{turned}")
    if log and low <= 0:
        raise ValueError(f"{name}: a logarithmic range begins above 0, got {low:g}")
    if step is not None and (log or not 0 < step <= high - low):
        raise ValueError(f"{name}: a step is above 0, fits into the range, and goes with no log; "
                         f"got {step:g} in {'log:' * log}{low:g}:{high:g}")
    return Range(low, high, log, step, kind is int)


def read_value(name: str, given: Any, kind: Any) -> Any:
    """A value in the type of its setting.

    Raises
    ------
    ValueError
        It is none of it.
    """
    text = str(given).strip()
    if get_origin(kind) is Literal:
        for value in get_args(kind):
            if str(value) == text:
                return value
        raise ValueError(f"{name}: expected {', '.join(map(str, get_args(kind)))}, got {text}")
    if kind is bool:
        if text.lower() in ("true", "false", "yes", "no"):
            return text.lower() in ("true", "yes")
        raise ValueError(f"{name}: expected true or false, got {text}")
    if kind is str:
        return text
    try:
        number = float(text)
    except ValueError:
        raise ValueError(f"{name}: expected a number, got {text or 'nothing'}") from None
    if not math.isfinite(number):
        raise ValueError(f"{name}: expected a finite number, got {text}")
    if kind is float:
        return number
    if not number.is_integer():
        raise ValueError(f"{name}: expected a whole number, got {text}")
    return int(number)


def without_none(kind: Any) -> Any:
    """int | None -> int"""
    if get_origin(kind) in (Union, UnionType):
        (kind, *more) = [each for each in get_args(kind) if each is not type(None)]
        return str if more else kind
    return kind


def can_be_searched(kind: Any) -> bool:
    """Whether values of this type can be searched at all: no lists and no sections."""
    kind = without_none(kind)
    return kind in (int, float, bool, str) or get_origin(kind) is Literal
