"""twinformer classify: from a file of labelled texts to a judged classifier."""
import warnings
from dataclasses import replace
from pathlib import Path

from ...architectures.traits import with_dropout
from ...backend import implementation
from ...classification.classifier import Classifier
from ...classification.encoded import encoded, reading_of, texts_key
from ...classification.labelled import class_names
from ...classification.split import Parts, class_weights
from ...classification.task import ClassificationTask
from ...configs.tracker_names import tracker_names
from ...ranks import alone_again
from ...runs.run_folder import RunFolder, checkpoint_to_resume
from ...runs.run_names import find_run
from ...runs.trackers.tracker import check_trackers

from ..around_training import finetune, found_from_anywhere
from .base import after_reading, base_of
from .texts import describe, parts_of

__all__ = ["task_and_learner", "train"]


def train(config, resume: str | None) -> int:
    """Read, split, learn, judge; the exit code."""
    # The learner looks for these itself, and says more about them
    warnings.filterwarnings("ignore", "(overflow|invalid value) encountered", RuntimeWarning)
    check_trackers(tracker_names(config.finetuning.log))
    start = None
    if resume:
        run, start = checkpoint_to_resume(find_run(resume, config.folder))
    else:
        run = RunFolder.claim(config, "classify")
    config = replace(config, name=run.path.name, folder=run.path.parent.as_posix())
    with run:
        return trained(config, run, start)


def trained(config, run: RunFolder, start) -> int:
    """The rest of it, in a folder of its own."""
    from ...training.progress import LiveProgress

    from .judging import judge, summary

    progress = LiveProgress()
    parts = parts_of(config.data, config.classification, progress.note)
    task, learner = task_and_learner(config, parts, progress.note, bool(start),
                                     run.path / "adapter")
    exit_code = finetune("classify", learner, task, run, start, progress, settings_of(config),
                         ready=lambda trainer: check_same_run(start, trainer))
    if alone_again() and not exit_code:
        summary(run, config, judge(run, config, parts))
    return exit_code


def task_and_learner(config, parts: Parts, note, resumed: bool = False,
                   adapter: Path | None = None):
    """What a Trainer needs; if resumed, its weights will come.

    adapter : where the best model's LoRA is kept, if it has any
    """
    settings = config.classification
    package = implementation(config.backend)

    classes = class_names(message.label for message in parts.train)
    parameters, tokenizer, base = base_of(config, parts)
    base = replace(base, model=with_dropout(base.model, settings.dropout))
    learn, choose, _ = (encoded(part, classes, tokenizer, name) for name, part
                        in zip(("training", "validation", "test"), parts, strict=True))
    reading = reading_of(settings.padding, learn.ids, base.model.context_length, tokenizer)
    new = config.model == "none"
    describe(parts, classes, learn, reading, note,
             new and reading.width == base.model.context_length)
    if new and config.scratch.reading_epochs and not resumed:
        parameters = after_reading(config, base.model, parameters, learn.ids, reading, note)

    labels = [message.label for message in parts.train]
    weights = class_weights(labels, classes) if settings.balance == "weights" else None
    aim = package.Classification(settings.token, settings.causal, settings.hide_padding,
                                   weights, settings.label_smoothing)
    model = package.build_classifier(base.model, parameters, len(classes), settings,
                                      config.finetuning.seed)
    learning, everything = package.parameter_counts(model)
    note(f"{learning:,} of {everything:,} parameters learn")
    task = ClassificationTask(
        Classifier(model, aim, tokenizer, classes, reading), learn, choose, config.finetuning,
        data_key=texts_key(*parts), run_config=base,
        parameters=(package.best_parameters(adapter, found_from_anywhere(config.model))
                    if adapter else package.merged_parameters))
    return task, package.Learner(model, aim, config.finetuning, config.device)


def check_same_run(start, trainer) -> None:
    """ValueError where the settings would not go on with the run."""
    then, now = start.task, trainer.task.describe()
    for name, value in now.items():
        if then.get(name) != value:
            raise ValueError(f"{name} is {then.get(name)} in the run and cannot become {value}; "
                             "leave it out, or start a new run")
    trainer.check_data(start)
    judged = (trainer.run.path / "report.json").exists()
    if start.step >= trainer.task.max_steps and judged:
        raise ValueError(f"the run has done all of its {start.step} steps; to go on give it more "
                         "--epochs")


def settings_of(config) -> dict:
    """The resolved settings; they work as ``--config`` again."""
    content = config.to_dict()
    texts = content["classification"]
    for section, name in ((content, "data"), (texts, "validation_file"), (texts, "test_file"),
                          (content, "model")):
        section[name] = found_from_anywhere(section[name])
    return content
