"""Which of two models answers better? Pair by pair, and how sure that is.

  twinformer evaluate compare scores-a.json scores-b.json
  twinformer evaluate compare a.json b.json --judge llama3
  twinformer evaluate compare answers.json answers.json --judge llama3 \\
      --response "model 1 response" --other "model 2 response"

Two score files (of `twinformer evaluate judge`, for the same tasks) are
compared number by number; scores no further apart than --margin are a tie. Of
two files of answers a judge (--judge, as for `judge`) chooses the better one
of each pair. It sees every pair in both orders; if its choice turns with the
order, the pair is a tie.

A tie is half a win. The interval is a bootstrap over the pairs; the sign test
looks at the decided ones: how often would two equal models differ as much?
"""
import sys
from dataclasses import asdict
from pathlib import Path

from ...io.strict_json import json_text
from .judge import add_judge_arguments, ask_all, judge_of

__all__ = ["add_arguments", "run"]


def add_arguments(parser) -> None:
    parser.add_argument("first", type=str, help="scores, or answers, of the first model")
    parser.add_argument("second", type=str, help="scores, or answers, of the second one")
    parser.add_argument("--margin", type=float, default=0.0,
                        help="scores that are no further apart are a tie")
    parser.add_argument("--response", type=str, default="model_response",
                        help="the field with the first model's answers")
    parser.add_argument("--other", type=str,
                        help="the field with the second one's; left out, the same")
    parser.add_argument("--confidence", type=float, default=0.95, help="of the interval")
    add_judge_arguments(parser)


def run(arguments) -> int:
    from ...evaluation.scores import read_scores
    from ...evaluation.win_rate import outcomes_of_scores, win_rate

    code = 0
    if arguments.judge:
        outcomes, code = outcomes_of_judge(arguments)
    else:
        if not arguments.margin >= 0:
            raise ValueError(f"margin must be 0 or more, got {arguments.margin}")
        outcomes = outcomes_of_scores(
            scores_of(arguments.first, read_scores), scores_of(arguments.second, read_scores),
            arguments.margin)
    found = win_rate(outcomes, confidence=arguments.confidence)
    if arguments.json:
        print(json_text({"first": arguments.first, "second": arguments.second,
                         "judge": arguments.judge, **asdict(found)}, indent=1))
        return code
    left_out = f"; {found.left_out} without a verdict left out" if found.left_out else ""
    print(f"{arguments.first} against {arguments.second}{left_out}\n"
          f"  wins, ties, losses  {found.wins:,}, {found.ties:,}, {found.losses:,}\n"
          f"  win rate            {found.rate:.1%}  ({arguments.confidence:.0%} interval "
          f"{found.low:.1%} to {found.high:.1%}; a tie is half a win)\n"
          f"  sign test           p = {found.p_value:.2g}")
    return code


def scores_of(path: str, read_scores):
    """Scores; answers are no scores, and the message says what to do."""
    try:
        return read_scores(path)
    except ValueError as problem:
        raise ValueError(f"{problem}; to let a judge compare answers, name it: --judge "
                         "NAME") from None


def outcomes_of_judge(arguments):
    """1, 0, -1 or None for each pair, and the exit code."""
    from ...evaluation.responses import read_responses

    ours = read_responses(arguments.first, arguments.response)
    theirs = read_responses(arguments.second, arguments.other or arguments.response)
    if [task[:3] for task in ours] != [task[:3] for task in theirs]:
        raise ValueError(f"{arguments.first} and {arguments.second} hold answers to different "
                         "tasks, or in another order; only answers to the same can be compared")
    with judge_of(arguments, Path(arguments.first)) as judge:
        outcome = ask_all("pairs", len(ours), lambda number: judge.prefer(
            ours[number], theirs[number].response))
    if outcome.stopped:
        raise ConnectionError(outcome.report("pairs", judge.log.path))
    if note := outcome.report("pairs", judge.log.path):
        print(note, file=sys.stderr)
    return outcome.values, int(bool(outcome.unasked))
