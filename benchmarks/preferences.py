"""The book's preferences, learned with DPO by the small model that has learned
its instructions (benchmarks.instructions, which is made first if need be).

    python -m benchmarks.preferences --model runs/books

The data are the book's 1,100 pairs, split as there: the first 935 to learn,
the next 110 to measure at the end, the last 55 to validate. Six pairs of
equal answers are left out. Three ways: the sum of log-probabilities as in the
paper, their mean over the tokens as in the book, and IPO. Printed are losses,
margins and rewards, the test part, and answers before and after.
"""
import json
from pathlib import Path

from benchmarks.instructions import (
    arguments,
    data_folder,
    draw,
    evaluations,
    finetuned,
    quoted,
    seconds_of,
    taught,
)
from benchmarks.training_step import machine

RECIPE = {"epochs": 1, "batch-size": 8, "learning-rate": 2e-5, "schedule": "linear",
          "warmup": 0.1, "clip-norm": 1.0, "beta": 0.1, "eval-interval": 29,
          "group-by-length": "true"}
WAYS = {"dpo": {}, "dpo-average": {"average": "true"}, "ipo": {"loss": "ipo"}}
MEASURES = ["loss", "accuracy", "margin", "chosen_reward", "rejected_reward"]


def table(folder):
    print("| step | " + " | ".join(
        f"{split} {measure.replace('_', ' ')}" for split in ("train", "val.")
        for measure in MEASURES) + " |\n|---|" + "---|" * 2 * len(MEASURES))
    for record in evaluations(folder):
        print(f"| {record['step']} | " + " | ".join(
            f"{record[f'{split}_{measure}']:.3f}" for split in ("train", "validation")
            for measure in MEASURES) + " |")


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def tested(name, folder, base, seconds):
    """A row: the best model by validation loss, on the test part."""
    found, both = read(folder / "test.json"), answered_by_both(folder, base)
    count = len(changed(folder, base))
    return f"| {name} | {found['step']} | " + " | ".join(
        f"{found[measure]:.3f}" for measure in MEASURES) + (
        f" | {count} of {len(both)} | {seconds_of(seconds)} |")


def answered_by_both(folder, base):
    """Test tasks with the answers of both: (entry, answer before). Each leaves out the tasks that
    are too long for it, with the longer answer that it learned from."""
    before = {(entry["instruction"], entry["input"]): entry["model_response"]
              for entry in read(base / "responses.json")}
    return [(entry, before[task]) for entry in read(folder / "responses.json")
            if (task := (entry["instruction"], entry["input"])) in before]


def changed(folder, base):
    """Those of them that are answered in another way than before."""
    return [(entry, answer) for entry, answer in answered_by_both(folder, base)
            if answer != entry["model_response"]]


def before_and_after(folder, base, count=6):
    """The first of them, to be read."""
    return "\n\n".join(
        f"task      {entry['instruction']} {entry['input']}".rstrip() + f"\nbefore    {answer}"
        f"\nafter     {entry['model_response']}".replace("\n\n", "\n")
        for entry, answer in changed(folder, base)[:count])


def main():
    parser = arguments(__doc__, "instruction-data-with-preference.json")
    parser.add_argument("--instructions", metavar="FILE", type=Path,
                        default=data_folder() / "rasbt" / "instruction-data.json")
    parser.add_argument("--ways", nargs="*", default=list(WAYS), choices=list(WAYS))
    options = parser.parse_args()
    for file in (options.data, options.instructions):
        if not file.exists():
            raise SystemExit(f"there is no {file}; --data and --instructions name the files")
    base, _ = taught(options, options.instructions)
    folders, rows = {}, []
    for way in options.ways:
        folders[way], seconds = finetuned("dpo", options.data, base, way, options,
                                          RECIPE | WAYS[way])
        rows.append(tested(way, folders[way], base, seconds))
    print("| | best step | test loss | test accuracy | test margin | chosen reward "
          "| rejected reward | greedy answers changed | |\n|---|---|---|---|---|---|---|---|---|")
    print("\n".join(rows))
    for way, folder in folders.items():
        print(f"\n## {way}\n")
        table(folder)
    way = options.ways[0]
    print(f"\n## Answers that {way} changed, the first six of the test part\n\n"
          f"{quoted(before_and_after(folders[way], base))}")
    if options.picture:
        draw(folders, ["margin", "accuracy"], options.picture)
    print(f"\nseed {options.seed}, threads: {options.threads}; {machine()}")


if __name__ == "__main__":
    main()
