"""Compare answers to instructions with the answers that were expected.

  twinformer evaluate responses instruction-data-with-response.json
  twinformer evaluate responses answers.json --response "model 1 response"
  twinformer evaluate responses answers.jsonl --language en --json

The file is a JSON list of objects with "instruction", "input", "output" (what
was expected) and "model_response", as `twinformer instruct` writes it; or one
such object a line. BLEU and chrF are sacrebleu's (0 to 100, with the signature
to quote), ROUGE is rouge-score's (0 to 1). Where a text has Chinese characters,
each of them is a word. None of them understands a word;
`twinformer evaluate judge` asks a model that does.
"""
from dataclasses import asdict

from ...io.strict_json import json_text

__all__ = ["add_arguments", "run"]


def add_arguments(parser) -> None:
    parser.add_argument("data", type=str, metavar="FILE", help="the answers, JSON or JSON lines")
    parser.add_argument("--response", type=str, default="model_response",
                        help="the field that holds them")
    parser.add_argument("--language", choices=["auto", "en", "zh"], default="auto",
                        help="where words end; auto sees it in the text, en is what sacrebleu and "
                        "rouge-score do unasked, zh is Chinese: every character is a word")
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def run(arguments) -> None:
    from ...evaluation.responses import read_responses
    from ...evaluation.text_overlap import score_responses

    responses = read_responses(arguments.data, arguments.response)
    scores = score_responses(responses, arguments.language)
    if arguments.json:
        print(json_text({"file": arguments.data, "response": arguments.response,
                          **asdict(scores)}, indent=1))
        return
    empty = f", {scores.empty} of them empty" if scores.empty else ""
    print(f"{scores.responses:,} answers in {arguments.data}{empty}\n"
          f"  exact match  {scores.exact_match:>8.2%}\n"
          f"  BLEU         {scores.bleu:>8.2f}  {scores.signatures['bleu']}\n"
          f"  chrF         {scores.chrf:>8.2f}  {scores.signatures['chrf']}\n"
          f"  ROUGE-1      {scores.rouge1:>8.4f}\n"
          f"  ROUGE-2      {scores.rouge2:>8.4f}\n"
          f"  ROUGE-L      {scores.rougeL:>8.4f}")
