"""Every field of every configuration: its default and what it means, from the dataclasses."""
import dataclasses
import importlib
import inspect
import pkgutil
from typing import Any

from docs.site.reference.commands import plain
from docs.site.reference.sentences import said
from docs.site.words import words

__all__ = ["PLACES", "configs", "meanings", "pages", "purpose"]

# heading -> where its dataclasses are
PLACES = {"settings_runs": ["twinformer.configs"],
          "settings_models": ["twinformer.models.config", "twinformer.architectures"],
          "settings_data": ["twinformer.prepare.prepare_options", "twinformer.search.config"]}
NAMES = ("Config", "Options")


def configs(place: str) -> list[type]:
    """The dataclasses of a module, or of a package's modules; a base before what builds on it."""
    module = importlib.import_module(place)
    modules = [module]
    if hasattr(module, "__path__"):
        modules = [importlib.import_module(f"{place}.{found.name}")
                   for found in pkgutil.iter_modules(module.__path__)]
    found = [thing for module in modules for name, thing in vars(module).items()
             if dataclasses.is_dataclass(thing) and isinstance(thing, type)
             and name.endswith(NAMES) and thing.__module__ == module.__name__]
    return sorted(found, key=lambda config: len(config.__mro__))


def meanings(config: type) -> dict[str, str]:
    """{field: what the docstring says about it}"""
    from numpydoc.docscrape import NumpyDocString

    parsed = NumpyDocString(inspect.cleandoc(config.__doc__ or ""))
    listed = [*parsed["Attributes"], *parsed["Parameters"]]
    return {entry.name: " ".join(" ".join(entry.desc).split()) for entry in listed}


def purpose(config: type) -> str:
    """The first paragraph of its docstring."""
    return " ".join(inspect.cleandoc(config.__doc__ or "").partition("\n\n")[0].split())


def default_of(field: dataclasses.Field) -> str:
    if field.default is not dataclasses.MISSING:
        return written(field.default)
    if field.default_factory is not dataclasses.MISSING:
        made = field.default_factory()
        return f"{type(made).__name__}()" if dataclasses.is_dataclass(made) else written(made)
    return ""


def written(value: Any) -> str:
    """As one writes it in a file of settings."""
    if value is None:
        return "null"
    return {"True": "true", "False": "false"}.get(repr(value), repr(value).replace("'", '"'))


def section(config: type, language: str) -> str:
    say, known = words(language), meanings(config)
    own = [field for field in dataclasses.fields(config) if field.name in known]
    lines = [f"### {config.__name__}", "",
             plain(said(purpose(config), language)), ""]
    base = config.__base__
    if base is not None and dataclasses.is_dataclass(base):
        changed = [field for field in dataclasses.fields(config) if field.name not in known
                   and field.name in inspect.get_annotations(config)]
        lines += [say["settings_base"].format(base=base.__name__, anchor=base.__name__.lower())
                  + "".join(f" `{field.name}` = `{default_of(field)}`;" for field in changed)
                  .rstrip(";") + ".", ""]
    if own:
        lines += [f"| {say['field']} | {say['default']} | {say['meaning']} |", "|---|---|---|"]
        lines += [f"| `{field.name}` | {code(default_of(field))} | "
                  f"{plain(said(known[field.name], language))} |"
                  for field in own]
    return "\n".join(lines) + "\n"


def code(text: str) -> str:
    return f"`{text}`" if text else ""


def pages(language: str) -> dict[str, str]:
    say = words(language)
    parts = [f"# {say['settings']}", say["settings_intro"]]
    for heading, places in PLACES.items():
        parts.append(f"## {say[heading]}")
        parts += [section(config, language) for place in places for config in configs(place)]
    return {"reference/settings": "\n\n".join(parts)}
