"""Draw answers to tasks, and let a judge say which are better.

  twinformer generate-data preferences tasks.json --model llama3
  twinformer generate-data preferences tasks.json --model llama3 --judge qwen3
  twinformer generate-data preferences instructions.jsonl --model llama3 --answers 4

The file is one that `twinformer instruct` reads; answers in it are not used
but with --expected. Each task is answered --answers times. The judge compares
every two answers, in both orders; if its choice turns with the order, they are
a tie. The answer that won most and the one that won least become chosen and
rejected, unless they are a tie. Without --judge the model judges its own
answers; a larger one judges better.

What is made, twinformer dpo reads:

  twinformer dpo preferences.jsonl --model runs/instruct-1

The same command goes on after a stop. What is made depends on --seed and on
the servers' answers, and not on --concurrency or the number of stops.
"""
from .options import OF_THE_MODEL, add_judge_arguments, add_model_arguments, add_work_arguments

__all__ = ["add_arguments", "run"]


def add_arguments(parser) -> None:
    parser.add_argument("data", type=str, metavar="FILE",
                        help="the tasks, JSON or JSON lines, with or without answers")
    add_model_arguments(parser, temperature=1.0)
    parser.add_argument("--expected", action="store_true",
                        help="show the judge the answers of the file as the expected ones; for "
                             "those that people wrote")
    parser.add_argument("--answers", type=int, default=2,
                        help="how many answers are drawn to each task, at least 2")
    parser.add_argument("--count", type=int, default=0,
                        help="how many pairs to make; 0 for as many as the tasks give")
    add_judge_arguments(parser, "the model that compares the answers; left out, the same",
                        *OF_THE_MODEL)
    add_work_arguments(parser, "preferences.jsonl")


def run(arguments) -> int:
    from ...endpoints.workers import Workers
    from ...io.shell_words import command_line
    from ...synthetic.answer_filter import AnswerFilter
    from ...synthetic.asker import Asker
    from ...synthetic.preference_pairs import PreferencePairs

    from .making import check_count, make
    from .options import judge_of, model_of

    check_count(arguments.count, 0)
    tasks = tasks_of(arguments)
    arguments.judge = arguments.judge or arguments.model
    answers = AnswerFilter(arguments.longest_answer)

    def records_of(log, tally, live):
        asker = Asker(model_of(arguments, live.say), log,
                      Workers(arguments.concurrency, live.show), tally)
        return PreferencePairs(
            asker, judge_of(arguments, log, live.say),
            Workers(arguments.concurrency, live.show), answers,
            arguments.answers).records(tasks, arguments.count or len(tasks))

    def about():
        from ...synthetic.manifest import file_record

        from .making import made_by

        return made_by(arguments, "preferences") | {
            "settings": {"answers": arguments.answers, "expected": arguments.expected,
                         "longest_answer": arguments.longest_answer},
            "tasks": file_record(arguments.data, len(tasks))}

    make(arguments, min(arguments.count or len(tasks), len(tasks)), "pairs", about, records_of)
    print("train on it  " + command_line("dpo", arguments.out, "--model", "runs/instruct-1"))
    return 0


def tasks_of(arguments) -> list:
    """What is to be answered; with the answers of the file only where they are expected."""
    from ...corpora.records import read_instructions

    tasks = [task for task in read_instructions(arguments.data, answered=False, note=print)
             if task.instruction.strip()]
    if not tasks:
        raise ValueError(f"{arguments.data}: expected tasks, got none")
    return tasks if arguments.expected else [task._replace(output="") for task in tasks]
