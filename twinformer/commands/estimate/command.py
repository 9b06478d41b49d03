"""Say what a training run costs before it starts: parameters, arithmetic, memory, time.

  twinformer estimate                                 the run that `train` begins with
  twinformer estimate gpt2 --batch-size 4             a published model, on this machine
  twinformer estimate configs/gpt2-124m.yaml --vocab-size 50257
  twinformer estimate runs/run-1                      a run that is there
  twinformer estimate --kind qwen3 --d-model 512 --n-layers 8 --backend numpy
  twinformer estimate qwen3-8b --gpu H100 --ranks 64 --strategy fsdp --precision bfloat16
  twinformer estimate qwen3-8b --gpu H100 --ranks 64 --tensor-parallel 8 --json

It takes all options of `twinformer train`. A published model is taken with its own vocabulary,
another one with that of the tokenizer (--vocab-size says otherwise). The time on this machine
follows from its speed, which is measured once, in a few seconds, and kept; that on a GPU which is
named, from its data sheet, --utilisation and the links between the ranks. The exit code is 0
where the run fits and 1 where it does not: then every way out is named that would fit.
"""
import dataclasses
from functools import partial
from typing import Literal

from ...configs.run_config import RunConfig
from ...io.strict_json import json_text
from ..parsing.config_files import content_of
from ..resuming import value_of
from ..train.model_options import PRESETS, add_model_options, common_options, preset_named
from .subject import file_of, named

__all__ = ["ON_PAPER", "add_arguments", "run"]

ON_PAPER = True     # --ranks 64 starts none of them

COMMON = ("--preset", "--kind", "--config", "--backend", "--batch-size", "--accumulation",
          "--length", "--precision", "--activation-checkpointing", "--vocab-size", "--ranks",
          "--strategy", "--tensor-parallel", "--gpu", "--utilisation", "--json")


def add_arguments(parser) -> None:
    """The options of train, and where it shall be done."""
    parser.add_argument(
        "what", nargs="?", type=str, metavar="WHAT",
        help="a config file, a published model such as gpt2, or a run; left out, what "
             "twinformer train does by itself")
    parser.add_argument(
        "--config", action="config", metavar="FILE",
        help="Settings from a YAML, JSON or TOML file; options win.")
    parser.add_argument("--preset", type=Literal[tuple(PRESETS)],
                        help="A published model, with its own vocabulary.")
    parser.add_class_arguments(RunConfig, skip={"model"})
    add_machines(parser)
    parser.meant = {"data": "data.corpus", "vocab_size": "model.vocab_size"}
    parser.hints = {"model": "name the model in front, twinformer estimate gpt2, or its parts: "
                             "--kind llama --n-layers 6"}
    parser.words = named(parser.words)
    add_model_options(parser)
    chosen = [name for name in common_options(parser) if name in (
        "--context-length", "--d-model", "--n-heads", "--n-layers", "--d-hidden")]
    parser.common = [*COMMON, *chosen]
    parser.default_config = partial(default_config, parser)
    parser.last_config = last_config


def add_machines(parser) -> None:
    """Where it shall be done, beside what is a setting of a run: ranks and their strategy."""
    parser.add_argument("--length", type=int, default=0,
                        help="Tokens of a sequence; 0 = the model's context length.")
    parser.add_argument("--gpu", metavar="NAME", type=str,
                        help="A GPU in place of this machine: H100, A100, L4, T4, RTX4090, ...")
    parser.add_argument("--utilisation", type=float, default=0.4,
                        help="Share of its promised speed that one such GPU reaches.")
    parser.add_argument("--gpus_per_host", type=int, default=8,
                        help="GPUs that are linked with each other directly.")
    parser.add_argument("--network", type=float, default=50.0,
                        help="GB/s that each GPU sends to other hosts.")
    parser.add_argument("--measure", action="store_true",
                        help="Measure this machine's speed again.")
    parser.add_argument("--json", action="store_true", help="Print JSON, for programs.")


def default_config(parser, words: list[str]) -> str | None:
    """What stands in front, a file's settings or a published model's; then those of a preset
    that a config file names."""
    found = words[-1] if words and not words[-1].startswith("-") else ""
    inside = [content["preset"] for content in parser.configs if "preset" in content]
    if found in PRESETS:
        return shape_of(found)
    if found:
        path = str(file_of(found))
        if name := content_of(path).get("preset"):
            parser.configs.append(content_of(path))
            parser.config_paths.append(path)
            content = content_of(path)
            shape = dataclasses.asdict(preset_named(name)) | (content.pop("model", None) or {})
            content.pop("preset")
            return json_text(content | {"model": shape})
        return path
    return shape_of(inside[-1]) if inside else None


def last_config(words: list[str]) -> str | None:
    """--preset NAME wins over the config files."""
    return shape_of(value_of("--preset", words))


def shape_of(name: str) -> str | None:
    """The settings of a published model, its vocabulary among them."""
    return json_text({"model": dataclasses.asdict(preset_named(name))}) if name else None


def run(arguments) -> int:
    """Print the estimate; 0 where it fits, else 1."""
    from .answer import answer

    found = answer(arguments)
    if arguments.json:
        print(json_text(found.to_dict(), indent=1, ensure_ascii=False))
    else:
        print(found.text())
    return 0 if found.verdict.fits else 1
