"""Find settings to teach a model which answers people prefer.

  twinformer search dpo --model runs/instruct-1           the learning rate and what goes with it
  twinformer search dpo pairs.json --model gpt2 --train lora --trials 30
  twinformer search dpo --model runs/instruct-1 --metric validation_accuracy \\
      --space lr=log:1e-6:1e-4 beta=log:0.03:0.5 epochs=1,2,3
  twinformer dpo --config runs/search-1/best.yaml         what it found

All options are those of twinformer dpo; the first trial takes them as they are. What decides is
the loss on the pairs that validate; those of the test are not touched. The loss depends on --beta
and --loss: to vary these, let --metric validation_accuracy decide. The same command again goes on
where it was stopped, with --trials 40 for longer, and in another terminal works on the same
search. Everything lands in runs/search-1: best.yaml, search.png, study.db and a run's folder for
each trial. Ctrl-C keeps what was found.
"""
from .. import dpo
from ..tuning import settings_of
from .finetuning import FIXED, PLAIN, trained, usual_space
from .running import search
from .searched import Searched, add_search_arguments

__all__ = ["add_arguments", "run"]


def add_arguments(parser) -> None:
    dpo.add_arguments(parser)
    add_search_arguments(parser)


def run(arguments) -> int:
    return search(arguments, DPO)


def train(arguments, runs, name, progress) -> int:
    return trained(arguments, "dpo", "preferences", dpo.task_and_learner, runs, name, progress)


DPO = Searched(
    command="dpo", space=lambda arguments: usual_space(arguments) | {
        "finetuning.epochs": f"1:{max(3, arguments.finetuning.epochs)}"},
    metric=lambda arguments: "validation_loss",
    chosen_by=lambda arguments: "validation_loss", train=train,
    settings=lambda arguments: settings_of(arguments, "preferences"), plain=PLAIN, fixed=FIXED,
    other_loss=("preferences.template", "preferences.loss", "preferences.beta",
                "preferences.label_smoothing", "preferences.average"))
