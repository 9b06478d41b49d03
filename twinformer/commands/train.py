"""Train a GPT on text, and see what it learns.

  twinformer train                            the standard library's source
  twinformer train --corpus novel.txt notes/  your own text
  twinformer train --max-steps 100 --n-layers 2 --backend numpy
  twinformer train --preset gpt2 --n-layers 6   GPT-2's shape, half as deep
  twinformer train --config mine.yaml --learning-rate 0.0005
  twinformer train --resume runs/run-1        after a stop, bit for bit

Everything lands in runs/NAME: config.yaml, metrics.jsonl, loss.png,
samples.txt and the checkpoints. Ctrl-C saves and stops. The last word of an
option is enough where it is unique: --max-steps is --training.max_steps.
"""
import dataclasses
import json
import re
import warnings
from functools import partial
from pathlib import Path
from typing import Literal

from ..backend import implementation
from ..io.shell_words import command_line
from ..models.config import PRESETS, preset
from ..configs.run_config import RunConfig

from .around_training import next_steps, stopped

__all__ = ["add_arguments", "run"]

QUALITY_SAMPLES = 16
QUALITY_TOKENS = 256


def add_arguments(parser) -> None:
    """The fields of RunConfig, --config, --preset and --resume."""
    parser.add_argument(
        "--config", action="config", metavar="FILE",
        help="Settings from a YAML, JSON or TOML file; options win.")
    parser.add_argument(
        "--resume", metavar="RUN", type=str,
        help="Go on with this run, for example runs/run-1, or from one of "
             "its checkpoints; its config.yaml is read first.")
    parser.add_argument(
        "--preset", type=Literal[tuple(PRESETS)],
        help="The shape of a published GPT-2 for the model, with new weights; "
             "options win over it, and it over --config.")
    parser.add_class_arguments(RunConfig)
    parser.default_config = default_config
    parser.last_config = last_config


def default_config(words: list[str]) -> str | None:
    """--resume RUN: the settings of the run come before the options."""
    if not (given := value_of("--resume", words)):
        return None
    if value_of("--preset", words):
        raise ValueError("a run that goes on keeps the shape of its model; "
                         "leave out --preset, or --resume to begin a new run")
    run = Path(given)
    for folder in (run, run.parent.parent):
        if (folder / "config.yaml").exists():
            return str(folder / "config.yaml")
    return None


def last_config(words: list[str]) -> str | None:
    """--preset NAME: its settings, but for the vocabulary, which is that of
    the tokenizer."""
    name = value_of("--preset", words)
    if name not in PRESETS:     # jsonargparse says so
        return None
    shape = dataclasses.asdict(preset(name))
    del shape["vocab_size"]
    return json.dumps({"model": shape})


def value_of(option: str, words: list[str]) -> str:
    """What a command line gives for an option, "" = nothing"""
    for word, following in zip(words, [*words, ""][1:], strict=True):
        if word == option:
            return following
        if word.startswith(f"{option}="):
            return word.partition("=")[2]
    return ""


def run(arguments) -> int:
    """Train; print a sample, how good it is, and what to do next."""
    from ..training.progress import LiveProgress
    from ..training.run import run_training

    # The learner looks for these itself, and says more about them
    warnings.filterwarnings("ignore", "(overflow|invalid value) encountered",
                            RuntimeWarning)
    config = RunConfig(**{field.name: getattr(arguments, field.name)
                          for field in dataclasses.fields(RunConfig)})
    with LiveProgress() as progress:
        finished = run_training(
            config, progress=progress,
            resume=Path(arguments.resume) if arguments.resume else None,
            make_sampler=sampler, measure_peak=True,
            feed=partial(loaded, config))
    if finished.exit_code:
        print(stopped("train", finished.folder, finished.step))
        return finished.exit_code
    summary(finished)
    return 0


def loaded(config: RunConfig, batches):
    """The batches by the loader of the backend, read ahead for a GPU."""
    package = implementation(config.backend)
    device = "cpu"
    if config.backend == "torch" and config.device.pin_memory:
        device = package.choose_device(config.device.device)
    return package.create_loader(batches, device)


def sampler(config: RunConfig, data):
    """(learner, step) -> what the model makes of the prompt."""
    generate_text = implementation(config.backend).generate_text
    training = config.training
    prompt = training.sample_prompt or opening(data.tokenizer)
    data.tokenizer.encode(prompt, allowed_special="all")  # can it spell it?

    def sample(learner, step: int) -> str:
        pieces = generate_text(
            learner.model, data.tokenizer, prompt, training.sample_tokens,
            temperature=training.sample_temperature,
            top_k=training.sample_top_k or None,
            top_p=training.sample_top_p, seed=training.seed + step)
        return training.sample_prompt + "".join(pieces)

    return sample


def opening(tokenizer) -> str:
    """What stands before a document: the end of the one before."""
    names = {number: name for name, number
             in tokenizer.special_tokens.items()}
    if tokenizer.end_of_text in names:
        return names[tokenizer.end_of_text]
    try:
        tokenizer.encode("\n")
        return "\n"
    except ValueError:          # the characters of a text of one line
        return tokenizer.decode([0])


def summary(finished) -> None:
    """The last sample, the share of valid Python, the next commands."""
    from ..corpora.documents import STANDARD_LIBRARY

    config, folder = finished.config, finished.folder
    samples = (folder.path / "samples.txt").read_text(encoding="utf-8")
    print(f"\n{samples[samples.rfind('=== step'):].strip()}\n")
    if config.data.corpus == [STANDARD_LIBRARY]:
        written, real = python_share(finished)
        print(f"valid Python: {written} that the model wrote;\n"
              f"              {real} of the validation text")
    print(next_steps("train", folder, "loss.png, samples.txt", {
        "continue a text": command_line("generate", folder, *example_prompt(finished)),
        "train it longer": command_line(
            "train", "--resume", folder, "--max-steps", 2 * finished.step),
        "your own text": command_line("train", "--corpus", "PATH")}))


def example_prompt(finished) -> list[str]:
    """A --prompt with words that the model has seen, or nothing"""
    from ..corpora.documents import STANDARD_LIBRARY

    if finished.config.data.corpus == [STANDARD_LIBRARY]:
        return ["--prompt", "def "]
    data = finished.data
    words = re.search(r"[^\W\d_]+(?: [^\W\d_]+){0,2}",
                      data.tokenizer.decode(data.validation[:200]))
    if not words:   # numbers, a program of signs: one has to know better
        return []
    return ["--prompt", words[0][:24].rstrip()]


def python_share(finished):
    """The share of valid statements: the model's, and the real text's."""
    import numpy as np

    from ..training.syntax import SyntaxShare, syntax_share

    config, tokenizer = finished.config, finished.data.tokenizer
    generate = implementation(config.backend).generate
    end = tokenizer.end_of_text
    start = [tokenizer.encode("\n")[-1] if end is None else end]
    rows = np.array(list(generate(
        finished.learner.model, [start] * QUALITY_SAMPLES, QUALITY_TOKENS,
        temperature=config.training.sample_temperature,
        top_p=config.training.sample_top_p, seed=config.training.seed,
        vocab_limit=tokenizer.vocab_size))).T              # (samples, T)
    shares = []
    for row in rows:
        text = tokenizer.decode(row).replace(opening(tokenizer), "\n")
        shares.append(syntax_share(text))
    written = SyntaxShare(sum(share.valid for share in shares),
                          sum(share.statements for share in shares))
    real = tokenizer.decode(finished.data.validation[:100_000])
    return written, syntax_share(real.replace(opening(tokenizer), "\n"))
