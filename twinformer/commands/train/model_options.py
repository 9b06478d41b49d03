"""twinformer train: the options of the model, which depend on its kind.

So the kind has to be known before they are declared: it is looked for among the words that are
going to be parsed, and in the files that they name.
"""
from dataclasses import fields
from itertools import zip_longest
from typing import Any, Literal

from ...architectures.kinds import EVERY_KIND, all_presets
from ...runs.run_names import RUNS, find_run, run_folder_of, settings_in
from ..parsing.config_files import content_of
from ..parsing.option_names import did_you_mean
from ..resuming import value_of

__all__ = ["add_model_options", "common_options", "preset_named"]

# Those that most people use; a kind has some of them
COMMON = ("--context-length", "--d-model", "--n-heads", "--n-kv-heads", "--d-hidden",
          "--n-experts", "--n-layers", "--dropout")
PRESETS = all_presets(EVERY_KIND)


def add_model_options(parser) -> None:
    """--model.kind and the fields of that kind, which begin as its small model's.

    Raises
    ------
    ValueError
        For a kind that there is not, and where two are asked for.
    """
    name = chosen_kind(parser.words)
    kind = EVERY_KIND[name]
    parser.add_class_arguments(kind.config, "model", skip={"kind"})
    parser.groups["model"].add_argument(
        "--model.kind", type=Literal[tuple(EVERY_KIND)], default=name,
        help="The architecture; the other options of the model are its own: --help --kind llama "
             "shows those of a Llama.")
    parser.set_defaults({f"model.{field}": value for field, value in kind.small.items()}
                        | kind.usual)
    parser.hints |= hints(name)


def common_options(parser) -> list[str]:
    """Those of the model that most people use, and that its kind has."""
    there = {action.dest for action in parser._actions}
    return [option for option in COMMON if f"model.{option[2:].replace('-', '_')}" in there]


def chosen_kind(words: list[str]) -> str:
    """The kind that the words ask for: that of --resume, of --preset, or --kind; else that of a
    config file; else gpt2."""
    resumed, preset = value_of("--resume", words), value_of("--preset", words)
    asked = checked(value_of("--kind", words) or value_of("--model.kind", words), "--kind")
    if resumed and not preset:      # of both, default_config says that they are too many
        path = run_folder_of(find_run(resumed, value_of("--folder", words) or RUNS))
        model = settings_in(path).get("model")
        return agreed(asked, kind_in(model) or "gpt2", f"the model of {path.as_posix()}")
    if preset:
        return agreed(asked, preset_named(preset).kind, preset)
    return asked or kind_of_configs(words) or "gpt2"


def preset_named(name: str) -> Any:
    """The config of that published model; ValueError that lists those there are."""
    if name not in PRESETS:
        raise ValueError(f"--preset: expected one of {', '.join(map(repr, PRESETS))}, got "
                         f"{name!r}{did_you_mean(name, PRESETS)}")
    return PRESETS[name]


def kind_of_configs(words: list[str]) -> str:
    """The kind that the last config file names that names one."""
    found = ""
    for word, path in zip_longest(words, words[1:], fillvalue=""):
        if word.partition("=")[0] != "--config":
            continue
        path = word.partition("=")[2] or path
        content = content_of(path)
        kind = checked(kind_in(content.get("model")), f"{path}: model.kind")
        if (preset := content.get("preset")) in PRESETS:
            kind = agreed(kind, PRESETS[preset].kind, preset)
        found = kind or found
    return found


def kind_in(model: Any) -> str:
    """The kind in the settings of a model; "" where they name none."""
    return str(model.get("kind", "")) if isinstance(model, dict) else ""


def checked(kind: str, place: str) -> str:
    """The kind, if there is such a one; ValueError that lists those there are."""
    if kind and kind not in EVERY_KIND:
        raise ValueError(f"{place}: expected one of {', '.join(EVERY_KIND)}, got {kind}"
                         f"{did_you_mean(kind, EVERY_KIND)}")
    return kind


def agreed(asked: str, known: str, what: str) -> str:
    """The kind that is known; ValueError where another one was asked for."""
    if asked not in ("", known):
        raise ValueError(f"{what} is a {known}, and cannot become a {asked}; leave out --kind")
    return known


def hints(name: str) -> dict[str, str]:
    """What to say about options that other kinds have."""
    own = {field.name for field in fields(EVERY_KIND[name].config)}
    having: dict[str, list[str]] = {}
    for other, kind in EVERY_KIND.items():
        for field in fields(kind.config):
            if field.name not in own:
                having.setdefault(field.name, []).append(other)
    said = {field: f"a {name} has no {field}; a model of --kind {' or '.join(others)} has"
            for field, others in having.items()}
    return said | {f"model.{field}": words for field, words in said.items()}
