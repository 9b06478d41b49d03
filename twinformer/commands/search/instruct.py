"""Find settings to teach a model to follow instructions.

  twinformer search instruct --model runs/run-1           the learning rate and what goes with it
  twinformer search instruct tasks.json --model gpt2 --train lora --trials 30
  twinformer search instruct --model runs/run-1 --space lr=log:1e-4:1e-2 epochs=2,4,8
  twinformer instruct --config runs/search-1/best.yaml    what it found

All options are those of twinformer instruct; the first trial takes them as they are. What decides
is the loss on the tasks that validate; those of the test are not touched. The same command again
goes on where it was stopped, with --trials 40 for longer, and in another terminal works on the
same search. Everything lands in runs/search-1: best.yaml, search.png, study.db and a run's folder
for each trial. Ctrl-C keeps what was found.
"""
from .. import instruct
from ..given_model import model_of_run
from ..tuning import settings_of
from .finetuning import FIXED, PLAIN, trained, usual_space, with_dropout_if_any
from .running import search
from .searched import Searched, add_search_arguments

__all__ = ["add_arguments", "run"]


def add_arguments(parser) -> None:
    instruct.add_arguments(parser)
    add_search_arguments(parser)


def run(arguments) -> int:
    return search(arguments, INSTRUCT)


def space(arguments) -> dict[str, str]:
    return with_dropout_if_any(usual_space(arguments), model_of_run(arguments.model or ""))


def train(arguments, runs, name, progress) -> int:
    return trained(arguments, "instruct", "instructions", instruct.task_and_learner, runs, name,
                   progress)


INSTRUCT = Searched(
    command="instruct", space=space, metric=lambda arguments: "validation_loss",
    chosen_by=lambda arguments: "validation_loss", train=train,
    settings=lambda arguments: settings_of(arguments, "instructions"),
    plain=PLAIN, fixed=FIXED, other_loss=("instructions.template", "instructions.response_only"))
