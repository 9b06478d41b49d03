"""Teach a model which answers people prefer (DPO).

  twinformer dpo --model runs/instruct-1               the project's own pairs
  twinformer dpo pairs.json --model runs/instruct-1    your own
  twinformer dpo pairs.json --model gpt2 --train lora --loss ipo
  twinformer dpo --resume runs/dpo-1                   after a stop

The file is a JSON list, or JSON lines, of {"instruction": ..., "input": ...,
"output": ..., "chosen": ..., "rejected": ...}, or of {"prompt": ..., "chosen":
..., "rejected": ...}, where each may be a text or a list of chat messages. The
model should know instructions already (twinformer instruct): it is its own
reference, and learns to lean towards the chosen answers more than it did. At
the start the loss is log 2 = 0.693 and the margin 0. Watch both rewards: where
the chosen one falls as well, the model forgets; a higher --beta or a lower
--learning-rate holds it back. The defaults suit GPT-2; for a small run of your
own they are --epochs 3 --learning-rate 0.00002.

  twinformer ask runs/dpo-1 "What is the plural of goose?"
"""
from functools import partial

from ..io.shell_words import command_line
from ..io.strict_json import json_text
from ..backend import implementation
from ..ranks import alone_again

__all__ = ["add_arguments", "run", "task_and_learner"]


def add_arguments(parser) -> None:
    from ..configs.preference_config import PreferenceConfig

    from .tuning_options import add_tuning_arguments

    parser.add_class_arguments(PreferenceConfig, "preferences")
    add_tuning_arguments(parser, "dpo", "a .json or .jsonl file of pairs; left out, the "
                         "project's own 340, in English and Chinese", epochs=1, learning_rate=5e-6)


def run(arguments) -> int:
    from .tuning import begin

    with begin(arguments, "dpo") as begun:
        return tune(arguments, begun)


def tune(arguments, begun) -> int:
    from ..training.progress import LiveProgress

    from .around_training import finetune
    from .tuning import settings_of

    progress = LiveProgress()
    task, learner = task_and_learner(arguments, begun, progress.note)
    exit_code = finetune("dpo", learner, task, begun.folder, begun.checkpoint, progress,
                         settings_of(arguments, "preferences"))
    if alone_again() and not exit_code:
        def learner_of(model):
            return type(learner)(model, learner.objective, arguments.finetuning, arguments.device)

        summary(begun.folder, task, learner_of, arguments)
    return exit_code


def task_and_learner(arguments, begun, note):
    """What a Trainer needs, the reference asked; the settings become those that the model asks
    for."""
    from ..corpora.records import read_preferences
    from ..finetuning.examples import check_filled
    from ..finetuning.preference_task import ComparisonTask

    from .tuning import encoded, sample_file, style_of, task_options, tuned_model, with_template

    settings = arguments.preferences = with_template(arguments.preferences, begun.opened, note)
    style = style_of(settings, begun.opened)
    source = arguments.data = arguments.data or str(
        sample_file("preferences.json"))
    pairs = read_preferences(source, note=note)
    check_filled(pairs, ("instruction", "chosen", "rejected"), source)
    note_ties(pairs, note)
    examples = encoded(pairs, ["chosen", "rejected"], style, begun.opened, note)
    splits = different_answers(examples, settings)
    package = implementation(arguments.backend)
    objective = package.PreferencePairs(
        settings.loss, settings.beta, settings.label_smoothing, settings.average)
    task = ComparisonTask(
        splits, settings, arguments.finetuning,
        log_probabilities=package.answer_log_probabilities,
        losses=partial(package.margin_losses, objective),
        **task_options(begun, splits, settings, style, arguments))
    learner = package.Learner(
        tuned_model(begun.opened, arguments), objective, arguments.finetuning, arguments.device)
    ask_reference(task, learner, begun, note)
    return task, learner


def note_ties(pairs, note) -> None:
    """Say which pairs have the same answer twice."""
    from ..configs.preference_config import without_ties

    _, ties = without_ties(pairs)
    if ties:
        few = ", ".join(map(str, ties[:8])) + (", ..." if len(ties) > 8 else "")
        note(f"{len(ties)} of {len(pairs)} pairs have equal answers, from which there is nothing "
             f"to learn, and were left out: entries {few}")


def different_answers(examples, settings):
    """The splits, without pairs whose answers are the same."""
    from ..finetuning.examples import Splits, split_tasks
    from ..configs.preference_config import without_ties

    parts = []
    for part in split_tasks(examples, settings.train_share, settings.test_share):
        ties = without_ties([example.task for example in part])[1] if part else []
        parts.append([example for place, example in enumerate(part) if place not in set(ties)])
    return Splits(*parts)


def ask_reference(task, learner, begun, note) -> None:
    """What the base says about all answers: asked once, then read again."""
    from ..finetuning.reference_file import read_reference, write_reference

    folder, splits = begun.folder, task.splits
    if begun.checkpoint:
        task.reference = read_reference(folder.path, {
            name: len(part) for name, part in splits._asdict().items()})
        return
    note(f"{len(splits.train)} pairs to learn, {len(splits.validation)} to validate, "
         f"{len(splits.test)} to measure at the end, in {folder}; asking the reference")
    task.remember_reference(learner)
    write_reference(folder.path, task.reference)


def summary(folder, task, learner_of, arguments) -> None:
    """Measure the test part with the best model; say what to do next."""
    from ..finetuning.answering import sheet
    from ..io.files import write_atomically

    from .around_training import next_steps
    from .tuning import answer_tests

    model, step, tests, answers = answer_tests(folder, task, arguments)
    if tests:
        found = task.metrics(learner_of(model), "test")
        write_atomically(folder.path / "test.json", json_text(
            {"step": step, "pairs": len(tests), **found}, indent=1) + "\n")
        print(f"""
the best model, after {step} steps, on {len(tests)} pairs it has not seen: loss \
{found["loss"]:.3f},
margin {found["margin"]:.3f}, the chosen answer preferred in {found["accuracy"]:.0%}

{sheet(tests[:3], answers[:3])}""")
    print(next_steps("dpo", folder, "loss.png, samples.txt", {
        "ask it": command_line("ask", folder, "Name three fruits.")}))
