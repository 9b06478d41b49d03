"""Talk with a model in the terminal; it remembers what was said.

  twinformer chat runs/instruct-1
  twinformer chat qwen3-0.6b --thinking false
  twinformer chat runs/run-1 --template chatml
  twinformer chat runs/classify-1           a classifier answers with its classes
  twinformer chat runs/instruct-1 --load talk.json

Ctrl-C stops the answer, and not the program; Ctrl-D ends it. In it, /help
lists what else may be said: /system, /temperature, /retry, /save and more.
"""
from ..answering_options import add_drawing, add_place, add_template, add_thinking

__all__ = ["add_arguments", "run"]


def add_arguments(parser) -> None:
    parser.add_argument("model", type=str, help="a run of twinformer instruct, dpo or classify; "
                        "any other model answers as well as it can")
    parser.add_argument("--system", type=str, default="",
                        help="what the model is told before anything is said")
    parser.add_argument("--load", type=str, metavar="FILE", help="go on with a saved conversation")
    add_template(parser, "what is said")
    add_thinking(parser)
    parser.add_argument("--max_new_tokens", type=int, default=512, help="the longest answer")
    add_drawing(parser, 0.7)
    parser.add_argument("--min_p", type=float,
                        help="draw from tokens that are at least so likely beside the likeliest")
    parser.add_argument("--repetition_penalty", type=float, default=1.0,
                        help="above 1, what was said already is said less")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other answers")
    add_place(parser)


def run(arguments) -> None:
    from ...chat.saved import read_conversation
    from ...generation.options import (
        check_repetition_penalty,
        check_sampling_options,
        check_whole,
    )
    from ..console import never_fail_to_print
    from .opening import classifier_of
    from .loop import chat_loop
    from .talk import Talk
    from .verdicts import Verdicts

    check_sampling_options(arguments.temperature, arguments.top_k, arguments.top_p,
                           arguments.min_p)
    check_repetition_penalty(arguments.repetition_penalty)
    check_whole("max_new_tokens", arguments.max_new_tokens, 1, "512 is a page")
    check_whole("seed", arguments.seed, 0, "any whole number from 0 will do")
    turns = read_conversation(arguments.load) if arguments.load else []
    never_fail_to_print()
    if classifier := classifier_of(arguments.model, arguments.backend, arguments.device):
        chat_loop(Verdicts(classifier))
        return
    chat_loop(Talk.opened(arguments, turns))
