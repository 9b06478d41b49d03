"""The book's instructions, on a small model of one's own: the whole recipe,
from a model that has read four novels to one that answers.

    twinformer train --corpus $TWINFORMER_DATA/books-en --name books \\
        --context-length 256 --d-model 256 --n-heads 4 --n-layers 4 \\
        --dropout 0.1 --tie-embeddings true --vocab-size 4096 \\
        --max-steps 2000 --batch-size 8 --learning-rate 0.002 \\
        --warmup-steps 100
    python -m benchmarks.instructions --model runs/books

The data are the book's 1,100 tasks, split as there: the first 935 to learn,
the next 110 to be answered at the end, the last 55 to validate; the template
is Alpaca's. Printed are the losses, answers before and after to the first
validation tasks and test tasks, and how the test answers compare with those
that were expected, beside what a look into the learned tasks would give. The
test answers are the best model's by validation loss.
"""
import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.training_step import machine

ROOT = Path(__file__).resolve().parent.parent
RECIPE = {"epochs": 8, "batch-size": 8, "learning-rate": 1e-3,
          "schedule": "linear", "warmup": 0.1, "dropout": 0.1,
          "clip-norm": 1.0, "group-by-length": "true",
          "response-only": "true"}
SHOWN = 5


def data_folder() -> Path:
    return Path(os.environ.get("TWINFORMER_DATA", ROOT.parent / "shared" / "data"))


def arguments(description: str, file: str) -> argparse.ArgumentParser:
    """The options of this benchmark and of that of preferences."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", metavar="FILE", type=Path,
                        default=data_folder() / "rasbt" / file)
    parser.add_argument("--model", default="runs/books", metavar="RUN")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "finetuned",
                        help="where the runs are kept; one that is there is not made again")
    parser.add_argument("--seed", type=int, default=123)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--picture", type=Path, metavar="PNG", help="where the curves go")
    return parser


def finetuned(command, data, model, name, options, recipe):
    """One `twinformer instruct` or `dpo`: its folder, its seconds (None: it was there)."""
    folder = options.folder.resolve() / name
    if (folder / "responses.json").exists():
        return folder, None
    words = [word for key, value in recipe.items() for word in (f"--{key}", str(value))]
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "twinformer", command, str(Path(data).resolve()), "--model",
         str(Path(model).resolve()), "--folder", str(folder.parent), "--name", name, "--seed",
         str(options.seed), "--device", "cpu", "--threads", str(options.threads), *words],
        check=True, cwd=ROOT, stdout=sys.stderr)
    return folder, time.perf_counter() - began


def taught(options, data):
    """The model that has learned the instructions."""
    return finetuned("instruct", data, options.model, "instruct", options, RECIPE)


def evaluations(folder):
    from twinformer.runs.logs import read_metrics
    return [r for r in read_metrics(folder) if r["kind"] == "evaluation"]


def seconds_of(seconds):
    return "made before" if seconds is None else f"{seconds:.0f} s"


def quoted(text):
    """A sheet of answers as a block of Markdown."""
    return "\n".join(f"    {line}".rstrip() for line in text.splitlines())


def samples_of(folder):
    """What samples.txt has: the first evaluation's and the last's."""
    text = (folder / "samples.txt").read_text(encoding="utf-8")
    parts = [part.partition("\n")[2].strip() for part in text.split("=== step ")[1:]]
    return parts[0], parts[-1]


def asked(model, tasks, batch_size=32):
    """What a model answers, and in how many seconds: all at once, or one by one."""
    import torch

    from twinformer.finetuning.answering import answer_tasks
    from twinformer.corpora.prompts import ALPACA
    from twinformer.commands.generate import build_model
    from twinformer.commands.opening import open_model
    from torch_impl.generation.responding import respond

    torch.set_num_threads(1)
    opened = open_model(str(model), "torch")
    built, _ = build_model(opened, "torch", "cpu")
    began = time.perf_counter()
    answers = answer_tasks(built, tasks, ALPACA, opened.tokenizer, respond, 96,
                           batch_size=batch_size)
    return answers, time.perf_counter() - began


def speed(folder, tasks):
    """Seconds for all answers in batches of 32 and one by one, best of three each, in turn."""
    found: dict[int, list[float]] = {32: [], 1: []}
    for _ in range(3):
        for batch_size, seconds in found.items():
            seconds.append(asked(folder, tasks, batch_size)[1])
    together, alone = min(found[32]), min(found[1])
    return (f"All {len(tasks)} answers, greedy, keys and values kept, one thread: {together:.1f} "
            f"s in batches of 32, {alone:.1f} s one by one, {alone / together:.1f} times as long.")


def nearest_answers(file, tasks):
    """No model at all: the answer to the learned task with most words in common."""
    from twinformer.finetuning.examples import split_tasks
    from twinformer.corpora.records import read_instructions

    def words(task):
        return set(f"{task.instruction} {task.input}".lower().split())

    known = [(words(task), task.output)
             for task in split_tasks(read_instructions(file), 0.85, 0.1).train]
    return [max(known, key=lambda each: len(each[0] & asked) / len(each[0] | asked))[1]
            for asked in map(words, tasks)]


def scores(name, tasks, answers):
    """A row: how many answers are exactly the expected ones, chrF and ROUGE-L."""
    from twinformer.evaluation.responses import Response
    from twinformer.evaluation.text_overlap import score_responses

    found = score_responses([Response(task.instruction, task.input, task.output, answer)
                             for task, answer in zip(tasks, answers, strict=True)])
    equal = round(found.exact_match * len(tasks))
    return (f"| {name} | {equal} of {len(tasks)} | {found.chrf:.1f} | {found.rougeL:.3f} |")


def draw(folders, measures, picture):
    """Small curves, one picture for each measure: {name: folder}."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(3.4 * len(measures), 2.7), layout="constrained")
    for axes, measure in zip(figure.subplots(1, len(measures), squeeze=False)[0], measures,
                             strict=True):
        for number, (name, folder) in enumerate(folders.items()):
            records = evaluations(folder)
            for split, style in (("train", ":"), ("validation", "-")):
                axes.plot([r["step"] for r in records],
                          [r[f"{split}_{measure}"] for r in records], style,
                          color=f"C{number}", marker="o", markersize=2.5,
                          label=f"{name} {split}".strip())
        axes.set_xlabel("optimizer step")
        axes.set_ylabel(measure.replace("_", " "))
        axes.grid(alpha=0.3)
    figure.axes[0].legend(fontsize=7)
    figure.savefig(picture, dpi=80)


def main():
    from twinformer.finetuning.answering import sheet
    from twinformer.corpora.records import Instruction
    options = arguments(__doc__, "instruction-data.json").parse_args()
    if not options.data.exists():
        raise SystemExit(f"there is no {options.data}; --data names the file")
    folder, seconds = taught(options, options.data)
    records = evaluations(folder)
    print("| epoch | step | training loss | validation loss |\n|---|---|---|---|")
    for record in records:
        print(f"| {record['epoch']:.0f} | {record['step']} | {record['train_loss']:.3f} "
              f"| {record['validation_loss']:.3f} |")
    before, after = samples_of(folder)
    print(f"\n## Validation tasks, before\n\n{quoted(before)}"
          f"\n\n## The same, after the last epoch\n\n{quoted(after)}", flush=True)

    import json
    entries = json.loads((folder / "responses.json").read_text(encoding="utf-8"))
    tasks = [Instruction(e["instruction"], e["input"], e["output"]) for e in entries]
    answers = [entry["model_response"] for entry in entries]
    print("\n## The test part\n\n| | exactly as expected | chrF | ROUGE-L |\n|---|---|---|---|")
    print(scores("before", tasks, asked(options.model, tasks)[0]))
    print(scores("after", tasks, answers))
    print(scores("the answer to the most similar task learned, without a model", tasks,
                 nearest_answers(options.data, tasks)))
    print(f"\n{quoted(sheet(tasks[:SHOWN], answers[:SHOWN]))}")
    print("\n" + speed(folder, tasks))
    if options.picture:
        draw({"": folder}, ["loss"], options.picture)
    print(f"\n{seconds_of(seconds)}, seed {options.seed}, threads: {options.threads}; {machine()}")


if __name__ == "__main__":
    main()
