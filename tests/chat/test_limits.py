"""A template stays in the sandbox, ends in time, and fills no memory."""
import time

import jinja2
import pytest

from twinformer.chat import limits
from twinformer.chat.environment import compiled, rendered

MESSAGES = [{"role": "user", "content": "h\u00e9 <b>"}]


def made(source):
    return rendered(compiled(source), messages=MESSAGES)


@pytest.mark.parametrize(("source", "text"), [
    ("{{ messages | tojson }}", '[{"role": "user", "content": "h\u00e9 <b>"}]'),
    ("{{ messages[0] | tojson(ensure_ascii=True, indent=1) }}",
     '{\n "role": "user",\n "content": "h\\u00e9 <b>"\n}'),
    ("{% for i in range(9) %}\n  {% if i == 1 %}{% continue %}{% endif %}\n{{ i }}"
     "{% if i == 3 %}{% break %}{% endif %}{% endfor %}", "023"),
    ("{% macro f(x) %}[{{ x }}]{% endmacro %}{{ f(1) ~ f('a') }}", "[1][a]"),
    ("{% filter upper %}a{{ 'b' | trim }}{% endfilter %}", "AB"),
    ("{% set x | trim %} q {% endset %}{{ x }}", "q"),
    ("{% macro f() %}({{ caller() }}){% endmacro %}{% call f() %}x{% endcall %}", "(x)"),
    ("{% set n = namespace(a=1) %}{% set n.a = n.a + 1 %}{{ n.a }}", "2"),
    ("{{ dict(a=1).a }}{{ dict.fromkeys('a') }}", "1{'a': None}"),
    ("{{ ['a', 'b'] | join(', ') }} {{ 'a-b'.replace('-', '+') }} {{ 'x\\ny' | indent }}",
     "a, b a+b x\n    y"),
    ("{{ '%s!' | format('a') }}{{ '{}'.format(3) }}{{ '%d' % 3 }}{{ 2 ** 10 }}", "a!331024"),
    ("{{ '%5.1f|%-4s|' % (2, 'a') }}{{ '{:>4}|{x}'.format(7, x=3) }}", "  2.0|a   |   7|3"),
    ("{{ 'on 20240131: %s' % 'yes' }}{{ ' 100%: 9999999' }}", "on 20240131: yes 100%: 9999999"),
    ("{{ [[1], [2]] | sum(start=[]) }}{{ [1, 2] | sum }}{{ [1] == [1] }}", "[1, 2]3True"),
    ("{{ [1, 'a'] | tojson(indent=2) }}{{ {'a': 1}['a'] }}", '[\n  1,\n  "a"\n]1'),
    ("{{ [3, 1] | sort | map('string') | list }}", "['1', '3']")])
def test_what_templates_do(source, text):
    assert made(source) == text


@pytest.mark.parametrize("source", [
    "{{ ''.__class__.__mro__ }}", "{{ messages.append(1) }}", "{{ messages[0].update({}) }}",
    "{{ namespace(_a=1) }}", "{% set n = namespace() %}{% set n.__init__ = 1 %}",
    "{{ raise_exception.__globals__.json }}", "{{ strftime_now.__self__.today() }}",
    "{{ dict.mro() }}", "{{ lipsum(3) }}", "{% include 'a' %}", "{% import 'os' as os %}"])
def test_the_sandbox(source):
    with pytest.raises((jinja2.TemplateError, TypeError)):
        made(source)


GROWING = "{% set n = namespace(x=X) %}{% for i in range(60) %}{% set n.x = E %}{% endfor %}"

NESTED = GROWING.replace("X", "[1]").replace("E", "[n.x, n.x]")


@pytest.mark.parametrize("source", [
    GROWING.replace("X", "'ab'").replace("E", "n.x ~ n.x"),
    GROWING.replace("X", "'ab'").replace("E", "n.x + n.x"),
    GROWING.replace("X", "[1]").replace("E", "n.x + n.x"),
    GROWING.replace("X", "3").replace("E", "n.x * n.x"),
    GROWING.replace("X", "'ab'").replace("E", "[n.x, n.x] | join"),
    "{{ 'a' * 10 ** 10 }}", "{{ [1] * 10 ** 10 }}", "{{ 10 ** 10 ** 10 ** 10 }}",
    "{{ 'a' | center(10 ** 10) }}", "{{ 'a'.center(10 ** 10) }}", "{{ 'a'.zfill(10 ** 10) }}",
    "{{ '%9999999999d' % 1 }}", "{{ '%9999999999d' | format(1) }}", "{{ '%*d' % (10 ** 9, 1) }}",
    "{{ '{:>9999999999}'.format(1) }}", "{{ '{:>{}}'.format(1, 10 ** 9) }}",
    "{{ ('a' * 999999).replace('a', 'b' * 9999) }}",
    "{{ ('a' * 999999) | replace('a', 'bb' * 9) }}",
    "{{ ('a\\n' * 999999) | indent(99999) }}", "{{ ([''] * 99999) | join('a' * 9999) }}",
    "{{ ('a' * 9999).join([''] * 99999) }}",
    "{{ ('a' * 999999) | wordwrap(1, wrapstring='b' * 99) }}",
    NESTED + "{{ n.x }}", NESTED + "{{ n.x ~ '' }}", NESTED + "{{ n.x | string }}",
    NESTED + "{{ n.x | tojson }}", NESTED + "{{ '%s' % n.x }}", NESTED + "{{ '{}'.format(n.x) }}",
    NESTED + "{{ '%s' | format(n.x) }}", NESTED + "{{ [n.x] | map('string') | list }}",
    NESTED + "{{ n.x == 3 }}", NESTED + "{{ {n.x: 1} }}", NESTED + "{{ [n.x, 3] | join }}",
    NESTED.replace("[n.x, n.x]", "namespace(a=n.x, b=n.x)") + "{{ n.x }}",
    "{{ range(99999) | map('center', 99999) | list | length }}",
    "{{ range(99999) | map('tojson', indent=99999) | list | length }}"
    .replace("range(99999) |", "[range(99999) | list] * 99999 |"),
    "{{ range(99999) | list | tojson(indent=99999) }}",
    "{{ ([[1] * 9999] * 9999) | sum(start=[]) | length }}",
    "{{ ('%99999d' * 999) % 1 }}", "{{ ('%99999d' * 999) | format(1) }}",
    "{{ ('{0:>99999}' * 999).format(1) }}", "{{ ('{0:>{1}}' * 999).format(1, 99999) }}",
    "{{ ('{0}' * 99999).format('a' * 99999) }}", "{{ ('%(a)s' * 99999) % {'a': 'b' * 99999} }}",
    "{{ ('%(a)s' * 99999) | format(a='b' * 99999) }}",
    "{% for i in range(99999) %}{{ 'a' * 999 }}{% endfor %}", "{{ range(10 ** 6) }}",
    "{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}", "{{ 'a' * 5000000 }}" * 3,
    "{#" + "a" * 2_000_000 + "#}", "{{ " + "(" * 5000 + ")" * 5000 + " }}"])
def test_nothing_grows_without_end(source):
    began = time.monotonic()
    with pytest.raises(jinja2.TemplateError):
        made(source)
    assert time.monotonic() - began < limits.SECONDS


@pytest.mark.parametrize("source", [
    "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
    "{% for i in range(99999) if range(99999) | list | length < 0 %}{% endfor %}",
    "{% macro f(x) %}{% for i in range(99999) %}{% endfor %}{% endmacro %}"
    "{% for i in range(99999) %}{% set x = f(i) %}{% endfor %}",
    "{% set t = 'a' * 9999999 %}{% for i in range(99999) if 'b' in t %}{% endfor %}",
    "{{ range(99999) | map('string') | map('list') | map('join') | map('length') | sum }}"])
def test_nothing_runs_for_ever(source, monkeypatch):
    monkeypatch.setattr(limits, "SECONDS", 0.2)
    with pytest.raises(jinja2.TemplateError, match=r"runs for more than 0.2 s|is too large"):
        made(source)
