"""Teach a model to follow instructions.

  twinformer instruct --model runs/run-1               the project's own tasks
  twinformer instruct tasks.json --model gpt2          your own
  twinformer instruct tasks.json --model gpt2 --train lora --template chatml
  twinformer instruct --resume runs/instruct-1         after a stop

The file is a JSON list of {"instruction": ..., "input": ..., "output": ...};
"input" may be left out. The first 85 % of the tasks are learned, the next
10 % are answered at the end (responses.json), the rest validates. The best
model by validation is kept:

  twinformer ask runs/instruct-1 "What is the plural of goose?"
  twinformer generate runs/instruct-1 --prompt "..."

With --train lora, what it has learned lies in the run's adapter/ alone, too:
some megabytes beside the base, which peft reads.

The defaults are the book's, for GPT-2. A small model of your own wants more:

  --epochs 8 --learning-rate 0.001 --schedule linear --warmup 0.1
  --clip-norm 1 --dropout 0.1 --response-only true --group-by-length true

It learns the manner of answering, and little of what is true.
"""
from ..backend import implementation

__all__ = ["add_arguments", "run"]


def add_arguments(parser) -> None:
    from ..finetuning.instruction_task import InstructionConfig

    from .tuning import add_tuning_arguments

    parser.add_argument("file", nargs="?", type=str,
                        help="a .json or .jsonl file of tasks; left out, the project's own 400")
    parser.add_class_arguments(InstructionConfig, "instructions")
    add_tuning_arguments(parser, "instructions", epochs=2)


def run(arguments) -> int:
    from ..finetuning.examples import check_filled, split_tasks
    from ..finetuning.finetuner import Finetuner
    from ..finetuning.instruction_task import InstructionTask
    from ..corpora.records import read_instructions
    from ..training.progress import LiveProgress

    from .tuning import begin, data_key, encoded, sample_file, tuned_model, write_settings

    settings = arguments.instructions
    begun = begin(arguments, "instruct")
    source = arguments.data = arguments.file or arguments.data or str(
        sample_file("instructions.json"))
    tasks = read_instructions(source)
    check_filled(tasks, ("instruction", "output"), source)
    progress = LiveProgress()
    parts = split_tasks(tasks, settings.train_share, settings.test_share)
    splits = encoded(parts, ["output"], settings, begun.opened, progress.note)
    package = implementation(arguments.backend)
    task = InstructionTask(
        splits, settings, tokenizer=begun.opened.tokenizer, run_config=begun.opened.config,
        data_key=data_key(splits, settings),
        respond=package.respond,
        parameters=package.best_parameters(
            begun.folder.path / "adapter", arguments.model))
    objective = (package.PackedTokens() if settings.packing
                 else package.NextTokens())
    learner = package.Learner(
        tuned_model(begun.opened, arguments), objective, arguments.finetuning, arguments.device)
    folder = begun.folder
    if not begun.checkpoint:
        folder.path.mkdir()
    progress.note(f"{len(splits.train)} tasks to learn, {len(splits.validation)} to validate, "
                  f"{len(splits.test)} to answer at the end, in {folder}")
    finetuner = Finetuner(learner, task, arguments.finetuning, folder, progress=progress)
    if begun.checkpoint:
        finetuner.check_examples(begun.checkpoint)
    write_settings(folder.path, arguments, "instructions")
    exit_code = finetuner.train(begun.checkpoint)
    if exit_code:
        print(f"stopped at step {finetuner.standing.step}; go on: twinformer instruct --resume "
              f"{folder}")
        return exit_code
    summary(folder, task, arguments)
    return 0


def summary(folder, task, arguments) -> None:
    """Answer the test part with the best model; say what to do next."""
    from ..finetuning.answering import sheet, write_responses

    from .generate import build_model
    from .opening import open_model

    opened = open_model(str(folder), arguments.backend)
    tests = [example.task for example in task.splits.test]
    if tests:
        model, _ = build_model(opened, arguments.backend, arguments.device.device)
        answers = task.answers(model, tests)
        write_responses(folder.path / "responses.json", tests, answers)
        print(f"\nthe best model, after {opened.step} steps, on tasks it has not seen:\n\n"
              f"{sheet(tests[:3], answers[:3])}")
    answered = f"""
score its answers   twinformer evaluate responses {folder}/responses.json""" if tests else ""
    print(f"""
everything about this run is in {folder}/: loss.png, samples.txt, ...
ask it              twinformer ask {folder} "Name three fruits."{answered}
learn preferences   twinformer dpo --model {folder}
all settings        twinformer instruct --help""")
