"""What became of all that a model said, in a table."""
from pathlib import Path

__all__ = ["summary"]

# What is dropped -> how the row is called
ROWS = {"requests": "requests without tasks", "tasks": "tasks dropped",
        "answers": "answers dropped", "pairs": "pairs dropped", "scores": "dropped by the judge"}


def summary(tally, what: str, path: Path, log: Path) -> str:
    """The table, and where things lie."""
    rows = [("answers of the model", tally.asked + tally.known,
             f"{tally.known:,} of them from the log" if tally.known else ""),
            ("tasks proposed", tally.proposed, ""), ("verdicts", tally.judged, "")]
    rows = [row for row in rows if row[1]]
    for kind, name in ROWS.items():
        for number, (reason, count) in enumerate(tally.dropped.get(kind, {}).items()):
            rows.append(("" if number else name, count, reason))
    rows.append((f"{what} kept", tally.kept, ""))
    if any(tally.tokens):
        rows.append(("tokens", sum(tally.tokens),
                     f"{tally.tokens[0]:,} asked, {tally.tokens[1]:,} answered"))
    width = max(len(name) for name, *_ in rows)
    lines = [f"  {name:<{width}} {count:>9,}  {note}".rstrip() for name, count, note in rows]
    return "\n".join([f"{path}", *lines, f"the answers are in {log}"])
