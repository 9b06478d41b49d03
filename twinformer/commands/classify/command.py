"""Teach a model to tell texts apart, and let it label others.

  twinformer classify                              the project's own messages
  twinformer classify messages.csv                 a small model of your own
  twinformer classify messages.csv --model gpt2    GPT-2, its last block learns
  twinformer classify messages.csv --model runs/run-1 --train lora
  twinformer classify --resume runs/classify-1     after a stop, bit for bit

  twinformer classify --run classify-1 --predict "You have won a prize"
  twinformer classify more.csv --run classify-1 --output labelled.csv

A file is CSV, TSV, JSON or JSON lines with a text and a label in each row (or
chats, in which the answer is the label), or a folder with a folder of .txt
files for each class. Empty texts are left out, texts longer than the context
are cut at their end. Everything lands in runs/NAME: report.md, report.json,
test.png, loss.png and the best model; with --train lora what it has learned
alone, too, in adapter/, which peft reads.

The book's recipe for its SMS messages, and what its chapter 6 varies:
  twinformer classify SMSSpamCollection --quoted true --split shuffled
      --balance undersample --model gpt2 --token last --padding longest
  --train last_layer | last_block | last_two_blocks | all | lora
  --token first | last | last_real | mean      --padding longest | context | N
  --causal false      --hide-padding true      --weights random
  --batch-size 1 --accumulation 8 (no padding)      --model gpt2-xl

Long texts, such as film reviews, read whole by a new model:
  twinformer classify movie-reviews --kind llama --context-length 2560
      --vocab-size 32768 --n-heads 1 --reading-epochs 0 --epochs 3
      --learning-rate 0.001

A model that has read nothing needs another recipe than GPT-2: the defaults
below are those for the --model that is given.
"""
from functools import partial

from ...architectures.kinds import KINDS, small_model
from ...architectures.traits import has_dropout
from ...configs.classify_config import ClassifyConfig
from ...configs.recipes import FROM_SCRATCH
from ..given_model import given_model
from ..resuming import config_of_resumed, value_of

__all__ = ["add_arguments", "run"]

COMMON = (
    "--data", "--model", "--train", "--name", "--folder", "--backend", "--device", "--epochs",
    "--batch-size", "--learning-rate", "--split", "--balance", "--validation", "--test",
    "--text-column", "--label-column", "--log", "--seed", "--config", "--resume", "--run",
    "--predict", "--output")


def add_arguments(parser) -> None:
    """The fields of ClassifyConfig, and what it is used on."""
    parser.add_argument(
        "--config", action="config", metavar="FILE",
        help="Settings from a YAML, JSON or TOML file; options win.")
    parser.add_argument(
        "--resume", metavar="RUN", type=str,
        help="Go on with this run, for example runs/classify-1.")
    parser.add_argument(
        "--run", metavar="RUN", type=str,
        help="A finished run to use, for example classify-1; left out with --predict, the "
             "newest one.")
    parser.add_argument("--predict", metavar="TEXT", type=str,
                        help="A text to classify; - reads it from standard input.")
    parser.add_argument("--output", metavar="FILE", type=str,
                        help="A new file for the labels of a file of texts, as CSV; left out, "
                             "they are printed.")
    parser.add_class_arguments(ClassifyConfig)
    parser.bare_words = "--data"
    parser.common = COMMON
    parser.default_config = partial(default_config, parser)


def default_config(parser, words: list[str]) -> str | None:
    """A model that has read nothing needs another recipe than GPT-2."""
    if resumed := config_of_resumed("classify", words):
        return resumed
    if given_model(parser.configs, words, "none") == "none":
        recipe = dict(FROM_SCRATCH)
        if not has_dropout(small_model(scratch_kind(parser, words))):
            del recipe["classification.dropout"]
        parser.set_defaults(recipe)
    return None


def scratch_kind(parser, words: list[str]) -> str:
    """The kind of the model that begins from nothing; gpt2 where it is none, which is refused
    soon."""
    written = [content["scratch"]["kind"] for content in parser.configs
               if "kind" in (content.get("scratch") or {})]
    kind = value_of("--scratch.kind", words) or ["gpt2", *written][-1]
    return kind if kind in KINDS else "gpt2"


def run(arguments) -> int:
    """Learn, or label: whichever was asked for."""
    config = ClassifyConfig(**{name: getattr(arguments, name) for name
                               in ClassifyConfig.__dataclass_fields__})
    if arguments.run is None and arguments.predict is None:
        from .training import train

        return train(config, arguments.resume)
    from .prediction import predict_file, predict_text

    if arguments.predict is not None:
        if config.data or arguments.output:
            raise ValueError("--predict is for one text, and prints its class; leave it out to "
                             "label a file of texts")
        named = None if config.model == "none" else config.model
        return predict_text(config, arguments.run or named, arguments.predict)
    if not config.data:
        raise ValueError('--run says which classifier; give it --predict "a text", or a file of '
                         "texts: twinformer classify more.csv --run classify-1")
    return predict_file(config, arguments.run, config.data, arguments.output)
