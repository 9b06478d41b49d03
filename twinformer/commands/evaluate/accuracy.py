"""How many predictions are right? A table with labels and predictions, or two
tables with the same rows.

  twinformer evaluate accuracy predictions.csv
  twinformer evaluate accuracy predictions.csv --label sentiment --prediction model_a
  twinformer classify test.tsv --run classify-1 --output predictions.csv
  twinformer evaluate accuracy predictions.csv --labels test.tsv --label 1

CSV, TSV, JSON or JSON lines; where there is no header, columns are called 1,
2, ... Beside the share of right predictions stand its interval (Wilson's,
95 %), what always saying the most frequent label would give, precision, recall
and F1 of each class, and which was taken for which.
"""
from ...io.strict_json import json_text

__all__ = ["add_arguments", "run"]

LABELS = ("label", "true", "target", "class", "category", "expected")
PREDICTIONS = ("prediction", "predicted", "predicted_label", "answer")


def add_arguments(parser) -> None:
    parser.add_argument("data", type=str, metavar="FILE", help="the predictions")
    parser.add_argument("--labels", type=str, metavar="FILE",
                        help="another table with the labels, row for row; left out, the same one")
    parser.add_argument("--label", type=str, help="name of the column with the labels")
    parser.add_argument("--prediction", type=str, help="name of the column with the predictions")
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def run(arguments) -> None:
    import numpy as np

    from ...classification.report import class_report
    from ...io.extras import library

    labels, predictions = labels_and_predictions(arguments)
    classes = sorted({*labels, *predictions})
    place = {name: number for number, name in enumerate(classes)}
    true = np.array([place[label] for label in labels])
    chosen = np.eye(len(classes))[[place[name] for name in predictions]]
    report = class_report(chosen, true, classes)
    right = sum(a == b for a, b in zip(labels, predictions))
    interval = library("scipy.stats", "evaluate", "to compare texts and judges").binomtest(
        right, len(labels)).proportion_ci(method="wilson")
    most = max(set(labels), key=lambda name: (labels.count(name), name))
    found = {name: report[name] for name in ("accuracy", "macro_f1", "classes", "confusion")}
    found |= {"rows": len(labels), "right": right, "low": float(interval.low),
              "high": float(interval.high), "most_frequent": most,
              "baseline": labels.count(most) / len(labels)}
    if arguments.json:
        print(json_text({"file": arguments.data, **found}, indent=1, ensure_ascii=False))
        return
    show(arguments.data, classes, found)


def show(file: str, classes: list[str], found: dict) -> None:
    from ..console import cells, in_cells

    print(f"{file}: {found['right']:,} of {found['rows']:,} right\n"
          f"  accuracy     {found['accuracy']:>8.2%}  (95% interval {found['low']:.2%} to "
          f"{found['high']:.2%})\n"
          f"  always {found['most_frequent']!r} would be right for {found['baseline']:.2%}\n"
          f"  macro F1     {found['macro_f1']:>8.4f}\n")
    width = max(5, *map(cells, classes))
    print(f"  {'class':<{width}}   rows  precision  recall      F1")
    for name, of in found["classes"].items():
        print(f"  {in_cells(name, width)} {of['texts']:>6,} {of['precision']:>10.4f} "
              f"{of['recall']:>7.4f} {of['f1']:>7.4f}")
    wrong = [(count, classes[true], classes[taken])
             for true, row in enumerate(found["confusion"])
             for taken, count in enumerate(row) if count and taken != true]
    for count, true, taken in sorted(wrong, key=lambda each: -each[0])[:5]:
        print(f"  {count:,} times {true!r} was taken for {taken!r}")


def labels_and_predictions(arguments) -> tuple[list[str], list[str]]:
    """Two lists of as many texts; ValueError where there are no two such."""
    from ...io.tables.reading import read_table

    known = frozenset(LABELS + PREDICTIONS) | {
        name.lower() for name in (arguments.label, arguments.prediction) if name}
    table = read_table(arguments.data, known)
    other = read_table(arguments.labels, known) if arguments.labels else table
    names = PREDICTIONS + (LABELS if other is not table else ())
    predictions = column(table, arguments.prediction, names, "--prediction", "predictions")
    labels = column(other, arguments.label, LABELS, "--label", "labels")
    if len(labels) != len(predictions):
        raise ValueError(f"{other.path} has {len(labels)} rows and {table.path} "
                         f"{len(predictions)}: they are not of the same texts")
    for path, texts in ((other.path, labels), (table.path, predictions)):
        if missing := [number for number, text in enumerate(texts, 1) if not text]:
            raise ValueError(f"{path}: row {missing[0]} of {len(texts)} is empty; every row "
                             "needs a label and a prediction")
    return labels, predictions


def column(table, asked, usual, option: str, what: str) -> list[str]:
    """The cells of a column: the one asked for, else one with a usual name."""

    lower = [name.lower() for name in table.names]
    wanted = [asked.lower()] if asked else [name for name in usual if name in lower]
    if not wanted or wanted[0] not in lower:
        raise ValueError(f"{table.path} has the columns {', '.join(table.names)}; which holds "
                         f"the {what}? {option} NAME")
    from ...classification.columns import label_names

    place = lower.index(wanted[0])
    return label_names([row.cells[place] for row in table.rows])
