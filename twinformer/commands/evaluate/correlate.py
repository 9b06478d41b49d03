"""Do two judges agree? Correlations of the scores that they gave.

  twinformer evaluate correlate scores-gpt4.json scores-llama3.json

Each file is a JSON list with one number for each answer, in the same order;
null stands for an answer without a score. Pearson asks whether the scores lie
on a line, Spearman and Kendall whether both judges put the answers in the same
order, however strict they are.
"""
from dataclasses import asdict

from ...io.strict_json import json_text

__all__ = ["add_arguments", "run"]


def add_arguments(parser) -> None:
    parser.add_argument("first", type=str, help="the scores of one judge, a JSON list")
    parser.add_argument("second", type=str, help="the scores of the other one")
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def run(arguments) -> None:
    from ...evaluation.correlation import correlations
    from ...evaluation.scores import read_scores

    scores = [read_scores(path) for path in (arguments.first, arguments.second)]
    found = correlations(*scores)
    if arguments.json:
        print(json_text({"first": arguments.first, "second": arguments.second,
                          **asdict(found)}, indent=1))
        return
    left_out = f"; {found.left_out} without both scores left out" if found.left_out else ""
    print(f"{found.pairs:,} answers that both scored{left_out}")
    for path, column in zip((arguments.first, arguments.second), scores):
        known = [score for score in column if score is not None]
        print(f"  {path}: mean {sum(known) / len(known):.2f}")
    for name in ("pearson", "spearman", "kendall"):
        print(f"  {name.capitalize():<10} {getattr(found, name):>8.5f}  "
              f"(p = {found.p_values[name]:.2g})")
