"""Chat templates in Jinja, with all that Hugging Face's have at hand.

    {{ bos_token }}{% for message in messages %}...{% endfor %}

Beside Jinja's own they use tojson, which leaves letters as they are,
raise_exception, strftime_now, {% break %} and {% continue %}, and
{% generation %} around what the assistant says.
"""
import json
from datetime import datetime
from functools import lru_cache
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.exceptions import SecurityError, TemplateError
from jinja2.ext import Extension

from .lengths import LONGEST, measured
from .limits import LimitedEnvironment

__all__ = ["compiled", "rendered"]


class Generation(Extension):
    """{% generation %} ... {% endgeneration %}: its text, between the two
    characters of the variable generation_marks"""

    tags = {"generation"}       # noqa: RUF012

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",),
                                       drop_needle=True)
        marked = self.call_method("marked", [nodes.ContextReference()])
        return nodes.CallBlock(marked, [], [], body, lineno=line)

    def marked(self, context, caller) -> str:
        return caller().join(context.get("generation_marks", ("", "")))


class Dictionary:
    """``dict`` without the insides of Python's own."""

    def __call__(self, *args, **entries):
        return dict(*args, **entries)

    def fromkeys(self, *args):
        return dict.fromkeys(*args)


class Namespace(jinja2.utils.Namespace):
    """Jinja's, without names that begin with an underscore."""

    def __init__(self, *args, **entries):
        for name in (names := dict(*args, **entries)):
            check_name(name)
        super().__init__(names)

    def __setitem__(self, name, value):
        check_name(name)
        super().__setitem__(name, value)


def check_name(name: Any) -> None:
    if str(name).startswith("_"):
        raise SecurityError(f"a namespace has no {name!r}")


def raise_exception(message: str):
    raise TemplateError(message)


def tojson(value, ensure_ascii=False, indent=None, separators=None,
           sort_keys=False) -> str:
    """Jinja's own writes < as \\u003c, for web pages."""
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent,
                      separators=separators, sort_keys=sort_keys)


@lru_cache(16)
def compiled(source: str) -> jinja2.Template:
    """The template; jinja2.TemplateError where the source is none."""
    if len(source) > LONGEST // 10:
        raise TemplateError(f"a template of {len(source):,} characters")
    environment = LimitedEnvironment(
        trim_blocks=True, lstrip_blocks=True,
        extensions=[Generation, "jinja2.ext.loopcontrols"])
    environment.filters["tojson"] = measured("tojson", tojson)
    environment.globals |= {
        "raise_exception": raise_exception, "dict": Dictionary(),
        "namespace": Namespace}
    del environment.globals["lipsum"]       # no prompt is at random
    try:
        return environment.from_string(source)
    except (RecursionError, MemoryError, SyntaxError) as problem:
        raise TemplateError(f"it cannot be read: {problem}") from None


def rendered(template: jinja2.Template, now: datetime | None = None,
             **variables) -> str:
    """The text that the template makes.

    Raises
    ------
    jinja2.TemplateError
        Where it raises one, is refused, or goes beyond a limit.
    """
    template.environment.restart()      # type: ignore[attr-defined]
    variables["strftime_now"] = (now or datetime.now()).strftime
    parts, size = [], 0
    try:
        for part in template.generate(**variables):
            parts.append(part)
            size += len(part)
            if size > LONGEST:
                raise SecurityError(f"its text has more than {LONGEST:,} "
                                    "characters")
    except (TypeError, ValueError, ArithmeticError, LookupError,
            AttributeError, RecursionError, MemoryError) as problem:
        raise TemplateError(f"{type(problem).__name__}: {problem}") from None
    return "".join(parts)
