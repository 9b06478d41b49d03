"""Find settings to teach a model to tell texts apart.

  twinformer search classify                              the project's own messages
  twinformer search classify messages.csv --trials 30     a small model of your own
  twinformer search classify messages.csv --model gpt2 --train lora
  twinformer search classify messages.csv --metric validation_accuracy \\
      --space lr=log:1e-4:1e-2 token=mean,last_real d-model=32,64,128
  twinformer classify --config runs/search-1/best.yaml    what it found

All options are those of twinformer classify; the first trial takes them as they are. What decides
is the loss on the texts that validate; those of the test are not touched. The same command again
goes on where it was stopped, with --trials 40 for longer, and in another terminal works on the
same search. Everything lands in runs/search-1: best.yaml, search.png, study.db and a run's folder
for each trial. Ctrl-C keeps what was found.
"""
from dataclasses import fields, replace
from typing import Any

from ...configs.classify_config import ClassifyConfig
from ...configs.run_config import RunConfig
from ..classify import command
from .finetuning import MEASURED
from .running import search
from .searched import RELATIVE, Searched, add_search_arguments, around

__all__ = ["add_arguments", "run"]


def add_arguments(parser) -> None:
    command.add_arguments(parser)
    add_search_arguments(parser)


def run(arguments) -> int:
    return search(arguments, CLASSIFY)


def config_of(arguments) -> ClassifyConfig:
    return ClassifyConfig(**{field.name: getattr(arguments, field.name)
                             for field in fields(ClassifyConfig)})


def space(arguments) -> dict[str, str]:
    found = {"finetuning.learning_rate": around(arguments.finetuning.learning_rate, *RELATIVE),
             "finetuning.batch_size": "8,16,32",
             "finetuning.warmup": "0.0:0.2",
             "finetuning.weight_decay": "log:0.003:0.3",
             "classification.label_smoothing": "0.0:0.2"}
    if arguments.classification.train == "lora":
        found |= {"classification.lora_rank": "4,8,16,32",
                  "classification.lora_alpha": "log:4:64"}
    if arguments.classification.dropout:    # the model has it
        found["classification.dropout"] = "0.0:0.4"
    return found


def train(arguments, runs, name, progress) -> int:
    from ...runs.run_folder import RunFolder
    from ...training.trainer import Trainer
    from ..classify.texts import parts_of
    from ..classify.training import settings_of, task_and_learner

    config = replace(config_of(arguments), name=name, folder=runs.as_posix())
    with RunFolder.claim(RunConfig(name=name, folder=config.folder), "classify") as folder:
        parts = parts_of(config.data, config.classification, progress.note)
        task, learner = task_and_learner(config, parts, progress.note,
                                         adapter=folder.path / "adapter")
        folder.write_config(settings_of(config))
        return Trainer(learner, task, folder, progress=progress).train()


def settings(arguments) -> dict[str, Any]:
    from ..classify.training import settings_of

    content = settings_of(config_of(arguments))
    del content["name"]
    return content


CLASSIFY = Searched(
    command="classify", space=space, metric=lambda arguments: "validation_loss",
    chosen_by=lambda arguments: "validation_loss", train=train, settings=settings,
    plain={"model": str, "weights": str},
    fixed=dict.fromkeys(
        ("data", "classification.text_column", "classification.label_column",
         "classification.header", "classification.quoted", "classification.encoding",
         "classification.validation_file", "classification.test_file",
         "classification.validation", "classification.test", "classification.split",
         "classification.split_seed", "classification.balance"), MEASURED)
    | {"eval_interval": "trials are compared evaluation by evaluation"})
