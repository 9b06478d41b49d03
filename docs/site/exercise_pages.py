"""A page for every exercise, as the command shows it, and an index by chapter."""
from docs.site.markdown import title
from docs.site.places import ROOT
from docs.site.words import words
from twinformer.exercises.catalog import catalog

__all__ = ["pages"]


def chapters(language: str) -> dict[str, tuple[str, str]]:
    """{"03": (page, title)}"""
    found = {}
    for path in sorted((ROOT / "docs" / "chapters").glob("*-*.md")):
        translated = ROOT / "docs" / "zh" / "chapters" / path.name
        chosen = translated if language == "zh" and translated.is_file() else path
        text = chosen.read_text("utf-8")
        found[path.name.partition("-")[0]] = (f"chapters/{path.stem}", title(text))
    return found


def pages(language: str) -> dict[str, str]:
    say, found, there = words(language), {}, chapters(language)
    lines = [f"# {say['exercises']}", "", say["exercises_intro"], "", "```text",
             "twinformer exercise list", "twinformer exercise start softmax-forward",
             "twinformer exercise check softmax-forward", "```", ""]
    chapter = None
    for exercise in catalog():
        page, name = there.get(exercise.chapter, ("", f"{say['chapter']} {exercise.chapter}"))
        if exercise.chapter != chapter:
            chapter = exercise.chapter
            lines += [f"## {name}", "", f"```{{exercises}} {chapter}", "```", ""]
        text = exercise.page(language).rstrip() + "\n"
        if page:
            text += f"\n{say['read_first']} [{name}](book:{page})\n"
        if exercise.pair:
            text += f"\n```{{pair}} {exercise.pair}\n```\n"
        found[f"exercises/{exercise.name}"] = text
    return found | ({"exercises/index": "\n".join(lines)} if found else {})
