"""A pair's page, section by section, as Markdown."""
import posixpath

from docs.side_by_side import explanations
from docs.site.figures.labels import label
from twinformer.exercises.catalog import catalog

from .algebra import Link, links_of_pair
from .algebra_section import algebra, in_language
from .columns import columns
from .facing import ROOT
from .meaning import meaning
from .names import imported_pairs, outside, used_by
from .numbers import numbers
from .order import PARTS
from .proof import own_tests
from .proof_section import proof
from .shapes import figures
from .telling import Told, papers, told
from .words import say

__all__ = ["pair_page"]

FRONT = """---
html_theme.sidebar_primary.remove: true
html_theme.sidebar_secondary.remove: true
---
"""
ARCHITECTURES = {"models/gpt2": "gpt2", "models/llama": "llama", "models/qwen3": "qwen3",
                 "models/qwen3_moe": "qwen3_moe", "models/gemma3": "gemma3",
                 "models/olmo3": "olmo3", "models/gpt_oss": "gpt_oss", "models/bert": "bert"}

MORE_FIGURES = {
    "layers/visibility": ["causal-mask", "window-mask", "packed-mask"],
    "layers/attention": ["attention-map"], "layers/rotary": ["rope-angles"],
    "layers/block": ["gradients-by-depth", "error-by-depth"],
    "training/learner": ["loss-curve", "schedules"], "training/throughput": ["roofline"]}
WIDGETS = {"layers/softmax": "softmax", "generation/sampling": "sampling", "text/bpe": "bpe",
           "layers/visibility": "masks", "layers/rotary": "rotary", "layers/norm": "layer_norm"}


def pair_page(name: str, language: str) -> str:
    """All of it; `name` as in "layers/norm"."""
    about, marks = told(name, language), links_of_pair(name)
    parts = [f"{FRONT}# {about.title}", why(name, about, language), shapes(name, language),
             code(name, language, marks),
             section("algebra", language, algebra(name, language, marks)),
             section("numbers", language, numbers(name, language)),
             section("move", language, widget(name, language)),
             section("proof", language, proof(name, language)),
             section("exercises", language, exercises(name)),
             section("papers", language, paper_list(name)),
             relatives(name, language)]
    return "\n\n".join(part for part in parts if part) + "\n"


def section(key: str, language: str, text: str) -> str:
    return f"## {say(key, language)}\n\n{text}" if text else ""


def raw(html: str) -> str:
    return f"``````{{raw}} html\n{html}\n``````"


def why(name: str, about: Told, language: str) -> str:
    """The sentence, the paths of both files, and what else the file says of itself."""
    files = " · ".join(f"`{package}/{name}.py`" for package in ("numpy_impl", "torch_impl"))
    lessons = [f"[{in_language(title, path, language)}](repo:{path.relative_to(ROOT).as_posix()})"
               for title, path in explanations().get(f"{name}.py", [])
               if "from-gpt-2" in path.as_posix()]
    parts = [where(name, language), about.why, meaning(name, language), files]
    if about.more:
        key = "module docstring"
        parts.append(f"{say(key, language)}\n\n```text\n{about.more}\n```")
    if lessons:
        parts.append(f"{say('lesson', language)}: {', '.join(lessons)}")
    return "\n\n".join(filter(None, parts))


def where(name: str, language: str) -> str:
    """Where on the road this is."""
    n, part = next((n, part) for n, part in enumerate(PARTS, 1) if name in part.pairs)
    index = posixpath.relpath("index", posixpath.dirname(name)) + ".md"
    return say("where", language, n=n, part=f"[{part.title[language]}]({index})",
               k=part.pairs.index(name) + 1, count=len(part.pairs))


def shapes(name: str, language: str) -> str:
    drawn = figures(name, language)
    parts = []
    if name in ARCHITECTURES:
        alt = say("architecture", language, name=told(name, language).title)
        parts.append(f"![{alt}](/figures/architecture-{ARCHITECTURES[name]}.svg)")
    parts += [f"![{title_of(figure, language)}](/figures/{figure}.svg)"
              for figure in MORE_FIGURES.get(name, ())]
    if drawn:
        parts.append(say("shapes text", language))
        parts.append(raw('<div class="tf-figures">' + "".join(
            f'<figure><figcaption>{say(f"{key} run" if len(drawn) > 1 else "one run", language)}'
            f'</figcaption>'
            f'<div class="tf-scroll" tabindex="0">{svg}</div></figure>' for key, svg in drawn)
            + "</div>"))
    return section("shapes", language, "\n\n".join(parts))


def title_of(figure: str, language: str) -> str:
    return label(figure.replace("-", " "), language)


def code(name: str, language: str, marks: list[Link]) -> str:
    keys = ("same", "near", "only")
    legend = "".join(f'<b class="{key}">{say(f"legend {key}", language)}</b>' for key in keys)
    if marks:
        legend += f'<span><a class="tf-eq">∂1</a> {say("legend equation", language)}</span>'
    html = f'<p class="tf-legend">{legend}</p>\n{columns(name, language, marks)}'
    return section("code", language, raw(html))


def widget(name: str, language: str) -> str:
    if name not in WIDGETS:
        return ""
    return f"```{{widget}} {WIDGETS[name]}\n{say('no script', language)}\n```"


def exercises(name: str) -> str:
    there = any(each.pair == name for each in catalog())
    return f"```{{exercises}} {name}\n```" if there else ""


def paper_list(name: str) -> str:
    return "\n".join(f"- [{who or f'arXiv:{number}'}](https://arxiv.org/abs/{number})"
                     for who, number in papers(name))


def relatives(name: str, language: str) -> str:
    """What it is made of, what it is used by, and its tests."""
    lines = []
    once = outside(name)
    for key, names in (("uses", imported_pairs(name)), ("used by", used_by(name))):
        if names:
            listed = ", ".join(f"[{told(other, language).title}]({link(name, other)})"
                               for other in names)
            lines.append(f"**{say(key, language)}**: {listed}")
    if once:
        lines.append(f"**{say('outside', language)}**: "
                     + ", ".join(f"[`{path}`](repo:{path})" for path in once))
    tests = own_tests(name)
    lines.append(f"**{say('tests', language)}**: [`{tests}`](repo:{tests})")
    return section("further", language, "\n\n".join(lines))


def link(name: str, other: str) -> str:
    return posixpath.relpath(other, posixpath.dirname(name)) + ".md"
