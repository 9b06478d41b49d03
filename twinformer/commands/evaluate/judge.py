"""Let another language model grade answers, from 0 to 100.

  twinformer evaluate judge answers.json --judge llama3
  twinformer evaluate judge answers.json --judge gpt-4o-mini \\
      --url https://api.openai.com/v1 --key-variable OPENAI_API_KEY
  twinformer evaluate judge answers.json --judge llama3 --response "model 1 response"

The judge is any server that speaks as Ollama does, or as OpenAI does (vLLM,
llama.cpp, LM Studio ...). It sees the task, the expected answer and the answer
to grade, and is to reply with a number; if it does not, it is asked again, and
what stays without a score is null in the score file and told.

Every score is on the disk, in --cache, before the next question is asked.
After an interruption, by whatever, the same command goes on where it stopped,
and asks nothing twice. The key is taken from an environment variable, goes
into the request, and is written nowhere.
"""
import sys
from pathlib import Path

from ...io.strict_json import json_text

__all__ = ["add_arguments", "add_judge_arguments", "ask_all", "judge_of", "run"]


def add_arguments(parser) -> None:
    parser.add_argument("data", type=str, metavar="FILE", help="the answers, JSON or JSON lines")
    parser.add_argument("--response", type=str, default="model_response",
                        help="the field that holds them")
    parser.add_argument("--scores", type=str, metavar="FILE",
                        help="where the scores go, a JSON list in the order of the answers; left "
                             "out, beside the answers")
    add_judge_arguments(parser)


def add_judge_arguments(parser) -> None:
    parser.add_argument("--judge", type=str, help="the judge's name at its server, such as llama3")
    parser.add_argument("--url", type=str, default="http://localhost:11434",
                        help="the judge's server; the default is Ollama on this machine")
    parser.add_argument("--protocol", choices=["auto", "openai", "ollama"], default="auto",
                        help="how to ask; auto takes Ollama's at port 11434, else OpenAI's")
    parser.add_argument("--key_variable", type=str, metavar="NAME",
                        help="the environment variable that holds the key for the server")
    parser.add_argument("--temperature", type=float, default=0.0,
                        help="of the judge; below 0, the server's own")
    parser.add_argument("--seed", type=int, default=123, help="of the judge; below 0, none")
    parser.add_argument("--patience", type=float, default=120.0,
                        help="seconds until an answer has to be there")
    parser.add_argument("--tries", type=int, default=6,
                        help="for each question, where the server is busy or the network fails")
    parser.add_argument("--pause", type=float, default=1.0,
                        help="seconds before the second try; doubled each time")
    parser.add_argument("--cache", type=str, default="", metavar="FILE",
                        help="where the judge's replies are kept, JSON lines; left out, beside "
                             "the answers")
    parser.add_argument("--again", action="store_true",
                        help="ask anew where the judge gave no score in an earlier run")
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def run(arguments) -> int:
    from ...evaluation.responses import read_responses
    from ...io.files import write_atomically

    tasks = read_responses(arguments.data, arguments.response)
    with judge_of(arguments, Path(arguments.data)) as judge:
        outcome = ask_all("answers", len(tasks), lambda number: judge.score(tasks[number]))
    if outcome.stopped:
        raise ConnectionError(outcome.report("answers", judge.log.path))
    path = Path(arguments.scores or default_path(arguments))
    write_atomically(path, json_text(outcome.values) + "\n")
    known = [value for value in outcome.values if value is not None]
    mean = sum(known) / len(known) if known else None
    if arguments.json:
        print(json_text({
            "file": arguments.data, "response": arguments.response, "judge": arguments.judge,
            "answers": len(tasks), "scored": len(known), "mean": mean,
            "unscored": outcome.unscored, "unasked": outcome.unasked,
            "scores": str(path)}, indent=1))
    else:
        print(f"{arguments.judge} on {len(tasks):,} answers in {arguments.data}\n"
              f"  scored       {len(known):>8,}  ({outcome.cached:,} of them from the cache)")
        print("  mean score        -" if mean is None else f"  mean score   {mean:>8.2f}")
        print(f"the scores are in {path}")
    if note := outcome.report("answers", judge.log.path):
        print(note, file=sys.stderr)
    return 1 if outcome.unasked else 0


def default_path(arguments) -> str:
    """answers.json -> answers.llama3.scores.json"""
    import re

    names = [arguments.judge]
    if arguments.response != "model_response":
        names.insert(0, arguments.response)
    names = [re.sub(r"[^\w.-]+", "-", name) for name in names]
    return str(Path(arguments.data).with_suffix(f".{'.'.join(names)}.scores.json"))


def judge_of(arguments, answers: Path):
    """The Judge of these arguments, in a ``with``."""
    from contextlib import contextmanager

    from ...endpoints.answer_log import AnswerLog
    from ...endpoints.endpoint import Endpoint
    from ...evaluation.judge import Judge

    from ..server_key import key_from

    if not arguments.judge:
        raise ValueError("which model is to judge? --judge NAME, such as --judge llama3 of Ollama")
    endpoint = Endpoint(
        arguments.url, arguments.judge, key=key_from(arguments.key_variable),
        protocol=arguments.protocol,
        temperature=arguments.temperature if arguments.temperature >= 0 else None,
        seed=arguments.seed if arguments.seed >= 0 else None, tries=arguments.tries,
        pause=arguments.pause, patience=arguments.patience,
        tell=lambda words: print(words, file=sys.stderr))
    path = Path(arguments.cache or answers.with_suffix(".judge.jsonl"))

    @contextmanager
    def opened():
        with AnswerLog(path) as log:
            if log.damaged:
                print(f"{log.damaged} damaged lines of {path} are left out", file=sys.stderr)
            yield Judge(endpoint, log, again=arguments.again)

    return opened()


def ask_all(what: str, count: int, ask):
    """The Outcome of all questions, with a bar."""
    from ...evaluation.judging import judge_all

    from ..console import counting_bar

    with counting_bar(what, count) as progress:
        return judge_all(count, ask, progress)
