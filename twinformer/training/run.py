"""One run from its config to its end: folder, data, learner, trainer."""
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ..backend import implementation
from ..architectures.kinds import kind_of, small_model
from ..models.initialisation import initial_parameters
from ..runs.checkpoint_files import Checkpoint
from ..configs.run_config import RunConfig, config_to_dict
from ..configs.training_config import TrainingConfig
from .data import prepare_data
from .masked_pretraining import MaskedPretraining
from .pretraining import Pretraining
from .progress import Progress
from ..ranks import current_ranks
from ..runs.run_folder import RunFolder, checkpoint_to_resume
from .trainer import Trainer
from .training_data import TrainingData

__all__ = ["FinishedRun", "run_training"]

# Where the batches of each objective come from
TASKS = {"NextTokens": Pretraining, "MaskedTokens": MaskedPretraining}


@dataclass(frozen=True)
class FinishedRun:
    """What ``run_training`` leaves in memory; the rest is in the folder."""

    folder: RunFolder
    config: RunConfig
    data: TrainingData
    learner: Any
    step: int
    exit_code: int


def run_training(
    config: RunConfig,
    *,
    resume: Path | None = None,
    make_sampler: Callable[[RunConfig, TrainingData], Callable] | None = None,
    feed: Callable | None = None,
    measure_peak: bool = False,
    progress: Progress | None = None,
    cache: Path | None = None,
) -> FinishedRun:
    """Train a model; leave a folder with everything about it.

    Parameters
    ----------
    config : RunConfig
    resume : Path, optional
        A run's folder, or one of its checkpoints, to go on from. The config
        may differ in what does not change the model and its data.
    make_sampler, feed, progress
        As for ``Pretraining`` and ``Trainer``.
    measure_peak
        Measure what the machine can do first, for the utilisation.
    cache
        Where prepared data is kept; left out, .cache beside the run's folder.

    Raises
    ------
    ValueError, OSError
        Where the config, the corpus, the folder or the checkpoint will not
        do. Nothing is overwritten.
    NonFiniteError
        Where training diverged.
    """
    progress = progress or Progress()
    start = None
    if resume:
        folder, start = checkpoint_to_resume(resume)
        config = replace(config, name=folder.path.name,
                         folder=folder.path.parent.as_posix())
        check_same_run(start, config)
    else:
        folder = RunFolder.claim(config)
        config = replace(config, name=folder.path.name)
    with folder:
        return trained(config, folder, start, make_sampler, feed, measure_peak,
                       progress, cache or folder.path.parent / ".cache")


def trained(config, folder, start, make_sampler, feed, measure_peak,
            progress, cache) -> FinishedRun:
    """The rest of it, in a folder of its own."""
    package = implementation(config.backend)
    # A device that is not there is known now, not after the tokenizer
    nothing = replace(small_model(), vocab_size=1, context_length=1,
                      d_model=1, n_heads=1, n_layers=1)
    device = replace(config.device, strategy="ddp", tensor_parallel=1)
    package.pretraining_learner(nothing, config.training, device,
                                initial_parameters(nothing, 0))
    data = data_of_all(config, cache, start.data_key if start else None,
                       progress.note)
    config = resolve(config, data)
    learner = package.pretraining_learner(
        config.model, config.training, config.device,
        initial_parameters(config.model, config.training.seed))
    task = TASKS[kind_of(config.model).objective](
        data, config, feed=feed,
        peak_flops=(current_ranks().size * package.peak_flops(learner)
                    if measure_peak else 0.0),
        sampler=make_sampler(config, data) if make_sampler else None)
    trainer = Trainer(learner, task, folder, progress=progress)
    folder.write_config(config_to_dict(config))
    progress.note(f"{parameters_of(config.model)}, "
                  f"{len(data.train):,} training tokens, in {folder}")
    if warning := long_warmup(config.training):
        progress.note(warning)
    exit_code = trainer.train(start)
    return FinishedRun(folder, config, data, learner, trainer.standing.step,
                       exit_code)


def data_of_all(config: RunConfig, cache: Path, key: str | None,
                note: Callable) -> TrainingData:
    """The data, which the first rank prepares; the others find it in the
    cache."""
    def prepare(key):
        return prepare_data(config.data, cache, backend=config.backend,
                            key=key, note=note)

    def first() -> str:
        prepared.append(prepare(key))
        return prepared[0].key

    prepared: list[TrainingData] = []
    key = current_ranks().first_does(first)
    return prepared[0] if prepared else prepare(key)


def parameters_of(model: Any) -> str:
    """How many there are, and of a mixture of experts how many work on a
    token."""
    count = model.parameter_count()
    active = getattr(model, "active_parameter_count", model.parameter_count)()
    at_once = f" ({active:,} of them for each token)" if active < count else ""
    return f"{count:,} parameters{at_once}"


def resolve(config: RunConfig, data: TrainingData) -> RunConfig:
    """Fill in what follows from the data, and check what depends on it.

    Raises
    ------
    ValueError
        Where the corpus is shorter than a window, or a vocabulary was asked
        for that is not the tokenizer's.
    """
    data.require_windows(config.model.context_length)
    vocab_size = data.tokenizer.vocab_size
    if config.model.vocab_size not in (vocab_size, small_model(config.model.kind).vocab_size):
        raise ValueError(
            f"model.vocab_size is {config.model.vocab_size}, but the "
            f"tokenizer has {vocab_size} tokens; leave it out, or set "
            "data.vocab_size")
    return replace(config, model=replace(config.model, vocab_size=vocab_size))


def long_warmup(training: TrainingConfig) -> str:
    """What is wrong with a warm-up that the run does not get through."""
    steps, warmup = training.max_steps, training.warmup_steps
    if warmup < steps:
        return ""
    return (f"the warm-up of {warmup} steps is as long as the run of {steps} "
            f"or longer: it never learns at {training.learning_rate:g}; "
            f"--warmup-steps {steps // 10} would fit")


def check_same_run(start: Checkpoint, config: RunConfig) -> None:
    """ValueError where config would not go on with the checkpoint's run."""
    then, now = asdict(start.config), asdict(config)
    fixed = [("model", name) for name in then["model"]]
    fixed += [("data", name) for name in then["data"]]
    fixed += [("training", "seed"), ("training", "optimizer")]
    for part, name in fixed:
        if then[part][name] != now[part][name]:
            raise ValueError(
                f"{part}.{name} is {then[part][name]} in the checkpoint and "
                f"cannot become {now[part][name]}; leave it out, or start a "
                "new run")
    if start.step >= config.training.max_steps:
        raise ValueError(
            f"the run has done all of its {config.training.max_steps} steps; "
            f"to go on give it more, for example --max-steps "
            f"{2 * start.step}")
