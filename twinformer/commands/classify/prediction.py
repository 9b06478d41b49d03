"""twinformer classify --run: a finished classifier labels texts."""
import csv
import io
import json
import sys
from functools import partial
from pathlib import Path

from ...classification.labelled import column_of_texts
from ...io.files import write_atomically
from ...runs.checkpoint import checkpoints_in, load_checkpoint
from ...runs.run_names import command_of, find_run, runs_there, settings_in

from .judging import opened_classifier
from ..console import given_text
from ..output_file import new_file

__all__ = ["predict_file", "predict_text"]

SHOWN = 5


def predict_text(config, run: str | None, text: str) -> int:
    """Print the class of one text, and how probable the likeliest ones are."""
    classifier = classifier_of(config, run)
    probabilities = classifier.probabilities([given_text(text)])[0]    # (C,)
    order = probabilities.argsort(kind="stable")[::-1]
    chances = ", ".join(f"{classifier.classes[c]} {probabilities[c]:.1%}" for c in order[:SHOWN])
    print(f"{classifier.classes[order[0]]}  ({chances})")
    return 0


def predict_file(config, run: str | None, file: str, output: str | None) -> int:
    """Write a table: text, predicted class, probability of every class.

    Raises
    ------
    FileExistsError
        Where the table would take the place of another file.
    """
    if output:
        new_file(output)
    settings = config.classification
    texts = column_of_texts(file, settings.text_column, header=settings.header,
                            quoted=settings.quoted, encoding=settings.encoding,
                            note=partial(print, file=sys.stderr))
    classifier = classifier_of(config, run)
    real = [number for number, text in enumerate(texts) if text.strip()]
    probabilities = classifier.probabilities([texts[number] for number in real])
    found = dict(zip(real, probabilities, strict=True))
    table = io.StringIO(newline="")
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["text", "predicted",
                     *(f"probability_{name}" for name in classifier.classes)])
    for number, text in enumerate(texts):
        if number in found:
            chances = found[number]
            label = classifier.classes[int(chances.argmax())]
            writer.writerow([text, label, *(f"{chance:.6f}" for chance in chances)])
        else:
            writer.writerow([text, "", *("" for _ in classifier.classes)])
    if len(real) < len(texts):
        print(f"{len(texts) - len(real)} of {len(texts)} texts: empty, without a class",
              file=sys.stderr)
    if output:
        write_atomically(output, table.getvalue())
        print(f"{len(real)} texts classified, in {output}", file=sys.stderr)
    else:
        print(table.getvalue(), end="")
    return 0


def classifier_of(config, run: str | None):
    """The classifier of a run: its path, its name in the folder of runs, or
    the newest there.

    Raises
    ------
    FileNotFoundError, ValueError
        Where there is none, or the run made something else.
    """
    folder = newest(Path(config.folder)) if run is None else find_run(run, config.folder)
    found = checkpoints_in(folder / "best")
    began = command_of(settings_in(folder))
    if began not in (None, "classify"):
        raise ValueError(f"{folder} is a run of twinformer {began}, not a classifier")
    if not found:
        raise FileNotFoundError(
            f"there is no finished classifier at {folder}; expected a run of twinformer "
            f"classify; {runs_there(config.folder)}")
    checkpoint = load_checkpoint(found[-1])
    kind = checkpoint.task.get("kind") or "pretraining"
    if kind != "classification":
        raise ValueError(f"{folder} is a run of {kind}, not a classifier")
    return opened_classifier(checkpoint, config.backend, config.device.device)


def newest(folder: Path) -> Path:
    """The classifier that was written last."""
    found = sorted((path for path in folder.glob("*/best/step-*/checkpoint.json")
                    if kind_of(path) == "classification"),
                   key=lambda path: path.stat().st_mtime)
    if not found:
        raise FileNotFoundError(
            f"there is no classifier in {folder}; train one first (twinformer classify "
            "messages.csv), or name one by --run")
    return found[-1].parents[2]


def kind_of(path: Path) -> str | None:
    """What a checkpoint was finetuned for; None where there is no telling."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))["task"]["kind"]
    except (OSError, ValueError, LookupError):
        return None
