"""Tests of multiple choice: the model takes the ending that it finds likeliest.

  twinformer evaluate choices gpt2 hellaswag_val.jsonl
  twinformer evaluate choices gpt2 hellaswag_val.jsonl --wording harness
  twinformer evaluate choices runs/run-1 lambada_test.jsonl --format lambada

HellaSwag's lines have "ctx", "endings" and "label"; LAMBADA's have "text",
whose last word is to be guessed. Long endings are less likely than short ones
whatever they say, so that three accuracies are told: by the whole ending's
log-likelihood ("acc"), by that per token ("acc_norm" of llm.c), and per byte
("acc_norm" of lm-evaluation-harness). To compare with the harness, take its
--wording, too.
"""
import time

from ...io.strict_json import json_text

__all__ = ["add_arguments", "run"]


def add_arguments(parser) -> None:
    parser.add_argument(
        "model", type=str, help="a run, or one checkpoint in it; gpt2, qwen3-0.6b or another "
        "published size; a folder or .gguf file with weights")
    parser.add_argument("data", type=str, metavar="FILE", help="the questions, JSON lines")
    parser.add_argument("--format", choices=["auto", "hellaswag", "lambada"], default="auto",
                        help="of the file; auto looks at its first line")
    parser.add_argument("--wording", choices=["llm.c", "harness"], default="llm.c",
                        help="of HellaSwag's contexts; see above")
    parser.add_argument("--limit", type=int, help="the first questions only")
    parser.add_argument(
        "--backend", choices=["torch", "numpy"], default="torch", help="who computes it")
    parser.add_argument(
        "--device", choices=["auto", "cpu", "cuda", "mps"], default="auto",
        help="where torch computes it")
    parser.add_argument("--batch_size", type=int, default=16,
                        help="endings at once; changes the speed and the memory, not the result")
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def run(arguments) -> None:
    from ...evaluation.multiple_choice import judge_choices, judge_words
    from ...evaluation.questions import encode_question
    from ...generation.options import check_whole

    from ...backend import implementation
    from ..console import counting_bar
    from ..generate import build_model
    from ..opening import open_model

    check_whole("batch_size", arguments.batch_size, 1, "16 suits most machines")
    kind, questions = questions_of(arguments)
    opened = open_model(arguments.model, arguments.backend)
    try:
        pairs = [pair for question in questions
                 for pair in encode_question(opened.tokenizer, question)]
    except ValueError as problem:
        raise ValueError(f"this model cannot read {arguments.data}: {problem}") from None
    model, _ = build_model(opened, arguments.backend, arguments.device)
    score = implementation(arguments.backend).choice_log_likelihoods
    contexts, choices = zip(*pairs)
    start = time.perf_counter()
    with counting_bar("endings", len(choices)) as progress:
        scores = score(model, contexts, choices, arguments.batch_size, progress)
    seconds = time.perf_counter() - start

    about = {"run": str(opened.folder), "step": opened.step, "file": arguments.data,
             "format": kind, "backend": arguments.backend}
    if kind == "lambada":
        words = judge_words(*scores)
        show(arguments, about, {
            "questions": words.questions, "accuracy": words.accuracy,
            "perplexity": words.perplexity}, LAMBADA, seconds)
        return
    import numpy as np

    result = judge_choices(questions, scores.log_likelihood, np.array(list(map(len, choices))))
    shares = {"accuracy": result.accuracy, "accuracy_per_token": result.per_token,
              "accuracy_per_byte": result.per_byte}
    show(arguments, about | {"wording": arguments.wording}, {
        "questions": result.questions, **shares, "chance": result.chance,
        "standard_error": result.standard_error(result.accuracy)}, HELLASWAG, seconds)


HELLASWAG = {
    "questions": ("questions", ",", ""),
    "accuracy": ("accuracy", ".4f", "acc"),
    "accuracy_per_token": ("  per token", ".4f", "acc_norm of llm.c"),
    "accuracy_per_byte": ("  per byte", ".4f", "acc_norm of lm-evaluation-harness"),
    "chance": ("guessing", ".4f", ""),
    "standard_error": ("standard error", ".4f", "of the accuracy"),
}
LAMBADA = {
    "questions": ("texts", ",", ""),
    "accuracy": ("accuracy", ".4f", "last words, all tokens likeliest"),
    "perplexity": ("perplexity", ".2f", "of a last word"),
}


def show(arguments, about, figures, table, seconds) -> None:
    import sys

    if arguments.json:
        print(json_text(about | figures, indent=1))
        return
    print(f"{about['run']}, on {arguments.data}")
    for name, (words, form, note) in table.items():
        print(f"  {words:<15} {figures[name]:>10{form}}  {note}".rstrip())
    print(f"{figures['questions'] / max(seconds, 1e-9):,.1f} questions/s ({arguments.backend})",
          file=sys.stderr)


def questions_of(arguments):
    """The file's format and its questions."""
    from pathlib import Path

    from ...evaluation.questions import read_hellaswag, read_last_words
    from ...generation.options import check_whole
    from ...io.text_files import read_text

    if not Path(arguments.data).is_file():
        raise FileNotFoundError(f"there is no file {arguments.data}; expected HellaSwag's or "
                                "LAMBADA's questions, JSON lines")
    kind = arguments.format
    if kind == "auto":
        first = read_text(arguments.data).partition("\n")[0]
        kind = "hellaswag" if '"endings"' in first else "lambada"
    questions = (read_hellaswag(arguments.data, arguments.wording) if kind == "hellaswag"
                 else read_last_words(arguments.data))
    if arguments.limit is not None:
        check_whole("limit", arguments.limit, 1, "leave it out for all of them")
        questions = questions[:arguments.limit]
    return kind, questions
