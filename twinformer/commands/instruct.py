"""Teach a model to follow instructions.

  twinformer instruct --model runs/run-1               the project's own tasks
  twinformer instruct tasks.json --model gpt2          your own
  twinformer instruct tasks.json --model gpt2 --train lora --template chatml
  twinformer instruct tasks.json --model runs/run-1 --template alpaca-zh    Chinese
  twinformer instruct --resume runs/instruct-1         after a stop

The file is a JSON list, or JSON lines, of {"instruction": ..., "input": ...,
"output": ...}, where "input" may be left out; or of {"prompt": ...,
"completion": ...}, or of chats: {"messages": [{"role": "user", "content": ...},
{"role": "assistant", ...}]} or ShareGPT's {"conversations": [{"from": "human",
"value": ...}, ...]}. Of a chat all answers are learned where the template
knows turns (chatml, llama3, qwen3, gemma, a model's own), else the first
question and its answer, with the system's message in front. The first 85 % of
the tasks are learned, the next 10 % are answered at the end (responses.json),
the rest validates. The best model by validation is kept:

  twinformer ask runs/instruct-1 "What is the plural of goose?"
  twinformer generate runs/instruct-1 --prompt "..."

With --train lora, what it has learned lies in the run's adapter/ alone, too:
some megabytes beside the base, which peft reads.

The defaults are the book's, for GPT-2. For a small run of your own they are

  --epochs 8 --learning-rate 0.001 --schedule linear --warmup 0.1
  --clip-norm 1 --dropout 0.1 --response-only true --group-by-length true

It learns the manner of answering, and little of what is true.
"""
from ..architectures.traits import balance_weight
from ..backend import implementation
from ..ranks import alone_again
from ..io.shell_words import command_line

__all__ = ["add_arguments", "run", "task_and_learner"]


def add_arguments(parser) -> None:
    from ..configs.instruction_config import InstructionConfig

    from .tuning_options import add_tuning_arguments

    parser.add_class_arguments(InstructionConfig, "instructions")
    add_tuning_arguments(parser, "instruct", "a .json or .jsonl file of tasks; left out, the "
                         "project's own 530, in English and Chinese", epochs=2)


def run(arguments) -> int:
    from .tuning import begin

    with begin(arguments, "instruct") as begun:
        return tune(arguments, begun)


def tune(arguments, begun) -> int:
    from ..training.progress import LiveProgress

    from .around_training import finetune
    from .tuning import settings_of

    progress = LiveProgress()
    task, learner = task_and_learner(arguments, begun, progress.note)
    exit_code = finetune("instruct", learner, task, begun.folder, begun.checkpoint, progress,
                         settings_of(arguments, "instructions"))
    if alone_again() and not exit_code:
        summary(begun.folder, task, arguments)
    return exit_code


def task_and_learner(arguments, begun, note):
    """What a Trainer needs; the settings become those that the model asks for."""
    from ..corpora.records import read_instructions
    from ..corpora.scripts import chinese
    from ..finetuning.examples import check_filled, split_tasks
    from ..finetuning.instruction_task import InstructionTask

    from .tuning import encoded, sample_file, style_of, task_options, tuned_model, with_template

    settings = arguments.instructions = with_template(arguments.instructions, begun.opened, note)
    style = style_of(settings, begun.opened)
    source = arguments.data = arguments.data or str(
        sample_file("instructions.json"))
    tasks = read_instructions(source, whole=style.turns, note=note)
    check_filled(tasks, ("instruction", "output"), source)
    if settings.template == "alpaca" and 2 * sum(
            chinese(each.instruction) for each in tasks) > len(tasks):
        note("most tasks are in Chinese; --template alpaca-zh puts Chinese words around them")
    examples = encoded(tasks, ["output"], style, begun.opened, note)
    splits = split_tasks(examples, settings.train_share, settings.test_share)
    task = InstructionTask(splits, settings, arguments.finetuning,
                           **task_options(begun, splits, settings, style, arguments))
    package = implementation(arguments.backend)
    kind = package.PackedTokens if settings.packing else package.NextTokens
    objective = kind(balance_weight(begun.opened.config.model))
    learner = package.Learner(
        tuned_model(begun.opened, arguments), objective, arguments.finetuning, arguments.device)
    note(f"{len(splits.train)} tasks to learn, {len(splits.validation)} to validate, "
         f"{len(splits.test)} to answer at the end, in {begun.folder}")
    return task, learner


def summary(folder, task, arguments) -> None:
    """Answer the test part with the best model; say what to do next."""
    from ..finetuning.answering import sheet

    from .around_training import next_steps
    from .tuning import answer_tests

    _, step, tests, answers = answer_tests(folder, task, arguments)
    steps = {"ask it": command_line("ask", folder, "Name three fruits.")}
    if tests:
        print(f"\nthe best model, after {step} steps, on tasks it has not seen:\n\n"
              f"{sheet(tests[:3], answers[:3])}")
        steps["score its answers"] = command_line(
            "evaluate", "responses", f"{folder}/responses.json")
    steps["learn preferences"] = command_line("dpo", "--model", folder)
    print(next_steps("instruct", folder, "loss.png, samples.txt", steps))
