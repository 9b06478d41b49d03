"""Keep the tasks of a file whose answers a judge finds good enough.

  twinformer generate-data filter tasks.json --judge llama3
  twinformer generate-data filter tasks.json --judge llama3 --min-score 80 --out good.json
  twinformer generate-data filter tasks.jsonl --judge gpt-4o-mini \\
      --judge-endpoint https://api.openai.com/v1 --judge-key-env OPENAI_API_KEY

The file is one that `twinformer instruct` reads. The judge sees each task and
its answer, and gives a score from 0 (of no use) to 100. A task that is kept
keeps its form and all its fields, and has one more, "score". Where the judge
gives no score, however often it is asked, a task is dropped and counted. Of a
conversation, the first question and its answer are judged.

Another --min-score needs no new questions: the scores are in the log.
"""
from .options import add_judge_arguments, add_work_arguments

__all__ = ["add_arguments", "run"]


def add_arguments(parser) -> None:
    parser.add_argument("data", type=str, metavar="FILE",
                        help="the tasks and answers, JSON or JSON lines")
    add_judge_arguments(parser, "the judge's name at its server, such as llama3",
                        "http://localhost:11434, Ollama on this machine")
    parser.add_argument("--min_score", type=float, default=70.0,
                        help="the score from which on a task is kept")
    add_work_arguments(parser, "filtered.jsonl")


def run(arguments) -> int:
    from ...endpoints.workers import Workers
    from ...io.shell_words import command_line
    from ...io.text_files import json_list
    from ...synthetic.quality import QualityFilter, check_answered

    from .making import make
    from .options import judge_of

    entries = json_list(arguments.data, "tasks")
    check_answered(entries, arguments.data)

    def records_of(log, tally, live):
        return QualityFilter(
            judge_of(arguments, log, live.say), Workers(arguments.concurrency, live.show), tally,
            arguments.min_score).records(entries)

    def about():
        from ...synthetic.manifest import file_record

        from .making import made_by

        return made_by(arguments, "filter") | {
            "settings": {"min_score": arguments.min_score},
            "tasks": file_record(arguments.data, len(entries))}

    make(arguments, len(entries), "tasks", about, records_of)
    print("train on it  " + command_line("instruct", arguments.out))
    return 0
