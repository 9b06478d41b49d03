"""From questions to a file: what the modes have in common."""
import sys
from collections.abc import Callable
from typing import Any

__all__ = ["check_count", "made_by", "make"]


def make(arguments, wanted: int, what: str, about: Callable[[], dict],
         records_of: Callable) -> int:
    """Make the records, write the file, say what became of it; how many they are.

    Parameters
    ----------
    wanted
        Records, or tasks to deal with.
    what
        What the records are called.
    about
        () -> what the manifest says of models and settings.
    records_of
        (log, tally, live) -> the records, one after the other.

    Raises
    ------
    ConnectionError
        Where the server does not answer any more; what there is, is written.
    ValueError
        Where nothing was kept.
    """
    from ...endpoints.answer_log import AnswerLog
    from ...endpoints.refusals import Unanswered
    from ...io.paths import expanded
    from ...synthetic.output import Output, log_path
    from ...synthetic.tally import Tally

    from .live import live
    from .summary import summary

    path = expanded(arguments.out)
    tally = Tally(wanted=wanted)
    problem: BaseException | None = None
    records: list[dict[str, Any]] = []
    with AnswerLog(log_path(path), "--out") as log:
        output = Output(path, log, about())
        if log.damaged:
            print(f"{log.damaged} damaged lines of {log.path} are left out", file=sys.stderr)
        try:
            with live(tally) as shown:
                for record in records_of(log, tally, shown):
                    records.append(record)
        except (Unanswered, KeyboardInterrupt) as stopped:
            problem = stopped
        if records and (problem is None or len(records) > output.count()):
            output.write(records, {
                "counts": tally.record(), "complete": problem is None})
        there = output.count()
    if isinstance(problem, KeyboardInterrupt):
        print(f"{there:,} {what} are in {path}; the same command goes on", file=sys.stderr)
        raise problem
    if isinstance(problem, Unanswered):
        raise ConnectionError(
            f"given up: {problem}. {there:,} are in {path}, and every answer is kept in "
            f"{log.path}; the same command goes on from there" if problem.again else
            f"given up: {problem}. {there:,} are in {path}; put that right, and the command "
            "goes on from there")
    if not records:
        raise ValueError(f"nothing was kept: {tally.most_dropped() or 'nothing came'}"
                         + (f" ({tally.problem})" if tally.problem else "")
                         + f"; {log.path} has what was said")
    print(summary(tally, what, path, log.path))
    return len(records)


def made_by(arguments, mode: str) -> dict[str, Any]:
    """How a manifest begins: the command and the models, without keys."""
    from ...synthetic.manifest import endpoint_record, own_version

    from .options import judge_of, model_of

    models = {}
    if getattr(arguments, "model", ""):
        models["model"] = endpoint_record(model_of(arguments, print))
    if arguments.judge:
        models["judge"] = endpoint_record(judge_of(arguments, None, print).endpoint)
    return {"made_by": f"twinformer generate-data {mode}", "version": own_version(),
            **models}


def check_count(count: int, least: int) -> None:
    if count < least:
        raise ValueError(f"count must be at least {least}, got {count}")
