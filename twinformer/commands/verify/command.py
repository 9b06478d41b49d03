"""Check published weights against figures that others have printed: texts the
model continues, losses, perplexities. Prints what is expected and what came.

  twinformer verify gpt2
  twinformer verify qwen3-0.6b
  twinformer verify gpt2 --backend numpy
  twinformer verify gpt2 --model my-copy-of-gpt2/

Exit code 1 where something differs. What needs a data file that is not there
is left out, and says so.
"""

from ...io.strict_json import json_text

__all__ = ["add_arguments", "check", "run"]


def add_arguments(parser) -> None:
    parser.add_argument("preset", type=str, help="a published model, such as gpt2 or qwen3-0.6b")
    parser.add_argument(
        "--model", type=str,
        help="a folder or file to check; left out, the published file, downloaded if need be")
    parser.add_argument(
        "--backend", choices=["torch", "numpy"], default="torch", help="who computes it")
    parser.add_argument(
        "--device", choices=["auto", "cpu", "cuda", "mps"], default="auto",
        help="where torch computes it")
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def run(arguments) -> int:
    from ..console import never_fail_to_print
    from ..opening import open_model
    from .published import PUBLISHED
    from .subject import Subject

    if arguments.preset not in PUBLISHED:
        raise ValueError(f"no preset is called {arguments.preset!r}: choose one of "
                         f"{', '.join(PUBLISHED)}")
    never_fail_to_print()
    opened = open_model(arguments.model or arguments.preset, arguments.backend)
    subject = Subject(opened, arguments.backend, arguments.device)
    rows = []
    for row in check(subject, PUBLISHED[arguments.preset]):
        rows.append(row)
        if not arguments.json:
            print(as_text(row), flush=True)
    different = sum(row["result"] == "DIFFERS" for row in rows)
    same = sum(row["result"] == "as published" for row in rows)
    if arguments.json:
        print(json_text(rows, indent=1, ensure_ascii=False))
    else:
        print(f"\n{arguments.preset} by {arguments.backend}: {same} as published, {different} "
              f"different, {len(rows) - same - different} left out")
    return 1 if different else 0


def check(subject, figures):
    """Measure one figure after the other; yield what to print of each."""
    from .figure import Unavailable, differs

    for figure in figures:
        row = {"what": figure.what, "source": figure.source, "expected": figure.expected}
        try:
            got = figure.measure(subject)
        except Unavailable as reason:
            yield row | {"result": "left out", "reason": str(reason)}
            continue
        result = "DIFFERS" if differs(figure, got) else "as published"
        yield row | {"got": got, "tolerance": figure.tolerance, "result": result}


def as_text(row) -> str:
    head = f"{row['result']:<12}  {row['what']}  ({row['source']})"
    if row["result"] == "left out":
        return f"{head}\n    {row['reason']}"
    off = f"   within {row['tolerance']:g}" if row["tolerance"] else ""
    return f"{head}\n    expected {shown(row['expected'])}{off}\n    got      {shown(row['got'])}"


def shown(value) -> str:
    """Numbers to nine digits, lists of them in brackets, texts quoted"""
    if isinstance(value, list):
        return "[" + ", ".join(map(shown, value)) + "]"
    if isinstance(value, float):
        return f"{value:.9g}"
    return f"{value:,}" if isinstance(value, int) else repr(value)
