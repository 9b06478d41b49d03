"""Make tasks and answers out of a few seeds: Self-Instruct.

  twinformer generate-data instructions --model llama3
  twinformer generate-data instructions --model qwen3 --language zh --count 500
  twinformer generate-data instructions --model gpt-4o-mini \\
      --endpoint https://api.openai.com/v1 --key-env OPENAI_API_KEY
  twinformer generate-data instructions --model llama3 --judge qwen3 --min-score 80

Each request shows the model some tasks, of the seeds and of those it has made,
and asks for new ones. A new task is dropped if it is too short or too long,
has a word of what a language model cannot see or do (--forbid), or is too much
like a seed or a task before it (ROUGE-L above --similarity). Then each is
answered; answers that are empty, cut off, refusals, or the same as another
one's are dropped, and with --judge those below --min-score. Source: Wang et
al. 2022, arXiv:2212.10560.

The seeds are the project's own, thirty in each language, or any file that
`twinformer instruct` reads (the answers in it are not used). What is made is
such a file as well:

  twinformer instruct instructions.jsonl --model gpt2

The same command goes on after a stop. What is made depends on --seed and on
the servers' answers, and not on --concurrency or the number of stops.
"""
from .options import OF_THE_MODEL, add_judge_arguments, add_model_arguments, add_work_arguments

__all__ = ["add_arguments", "run"]


def add_arguments(parser) -> None:
    add_model_arguments(parser, temperature=0.7)
    parser.add_argument("--count", type=int, default=100,
                        help="how many tasks with answers to make")
    parser.add_argument("--language", choices=["en", "zh"], default="en",
                        help="of the tasks that are made: English or Chinese")
    parser.add_argument("--seeds", type=str, default="", metavar="FILE",
                        help="tasks to begin with; left out, the project's own")
    parser.add_argument("--similarity", type=float, default=0.7,
                        help="ROUGE-L above which two tasks are too much alike")
    parser.add_argument("--forbid", type=str, nargs="*", metavar="WORD",
                        help="words that no task may have; left out, image, file, link and the "
                             "like; of Chinese, parts of a task")
    parser.add_argument("--new_tasks", type=int, default=8,
                        help="how many tasks each request asks for")
    parser.add_argument("--shown_seeds", type=int, default=6,
                        help="how many seeds each request shows")
    parser.add_argument("--shown_made", type=int, default=2,
                        help="how many tasks made before each request shows")
    parser.add_argument("--round_size", type=int, default=4,
                        help="requests for tasks that go out together, and see the same tasks; "
                             "more make more of a high --concurrency")
    add_judge_arguments(parser, "a model that scores each answer from 0 to 100; left out, nobody",
                        *OF_THE_MODEL)
    parser.add_argument("--min_score", type=float, default=70.0,
                        help="with --judge: the score from which on a task is kept")
    add_work_arguments(parser, "instructions.jsonl")
    parser.common = ("--help", "--model", "--endpoint", "--key-env", "--count", "--language",
                     "--seeds", "--out", "--temperature", "--seed", "--max-tokens", "--judge",
                     "--min-score", "--similarity", "--forbid", "--concurrency", "--patience")


def run(arguments) -> int:
    from ...io.shell_words import command_line
    from ...synthetic.answer_filter import AnswerFilter
    from ...synthetic.asker import Asker
    from ...synthetic.quality import QualityFilter
    from ...synthetic.self_instruct import SelfInstruct
    from ...synthetic.task_filter import FORBIDDEN, TaskFilter
    from ...endpoints.workers import Workers

    from .making import check_count, make
    from .options import judge_of, model_of

    check_count(arguments.count, 1)
    settings = settings_of(arguments)
    path, seeds = seeds_of(arguments)
    forbidden = FORBIDDEN[settings.language] if arguments.forbid is None else arguments.forbid
    tasks = TaskFilter(settings.language, seeds, arguments.similarity, forbidden)
    answers = AnswerFilter(arguments.longest_answer)

    def records_of(log, tally, live):
        asker = Asker(model_of(arguments, live.say), log,
                      Workers(arguments.concurrency, live.show), tally)
        graded = QualityFilter(
            judge_of(arguments, log, live.say), Workers(arguments.concurrency, live.show), tally,
            arguments.min_score) if arguments.judge else list
        return SelfInstruct(asker, seeds, settings, tasks, answers, graded).records(
            arguments.count)

    def about():
        return about_run(arguments, settings, path, len(seeds), forbidden)

    kept = make(arguments, arguments.count, "tasks", about, records_of)
    if kept < arguments.count:
        print(f"the model finds no new tasks any more, after {kept:,} of {arguments.count:,}; a "
              "higher --temperature, other --seeds or a larger model may")
    template = ["--template", "alpaca-zh"] if settings.language == "zh" else []
    print("train on it  " + command_line("instruct", arguments.out, *template))
    return 0 if kept == arguments.count else 1


def settings_of(arguments):
    from ...synthetic.self_instruct import SelfInstructSettings

    return SelfInstructSettings(
        language=arguments.language, seed=arguments.seed, shown_seeds=arguments.shown_seeds,
        shown_made=arguments.shown_made, new_tasks=arguments.new_tasks,
        round_size=arguments.round_size)


def seeds_of(arguments) -> tuple:
    """(the file, its tasks)

    Raises
    ------
    ValueError
        Where there are none.
    """
    from ...corpora.records import read_instructions
    from ...io.paths import expanded

    from ..tuning import sample_file

    path = (expanded(arguments.seeds) if arguments.seeds
            else sample_file(f"seeds-{arguments.language}.json"))
    tasks = read_instructions(path, answered=False)
    seeds = [f"{task.instruction}\n{task.input}".strip() for task in tasks]
    seeds = list(dict.fromkeys(filter(None, seeds)))
    if not seeds:
        raise ValueError(f"{path}: expected tasks to begin with, got none")
    return path, seeds


def about_run(arguments, settings, path, seeds: int, forbidden) -> dict:
    """What the manifest says, beside the counts."""
    from dataclasses import asdict

    from ...synthetic.manifest import digest_of, file_record
    from ...synthetic.task_prompts import tasks_prompt

    from .making import made_by

    return made_by(arguments, "instructions") | {
        "settings": asdict(settings) | {
            "similarity": arguments.similarity, "forbidden": list(forbidden),
            "longest_answer": arguments.longest_answer,
            "min_score": arguments.min_score if arguments.judge else None},
        "seeds": file_record(path, seeds),
        "prompts": digest_of(tasks_prompt([], 0, settings.language))}
