"""The options of twinformer generate, and what they mean for a tokenizer."""
from typing import Literal

__all__ = ["COMMON", "add_arguments", "bias_of", "check_arguments", "processing", "unescaped"]

# What --help shows; --help-all shows the others too
COMMON = ("--prompt", "--interactive", "--max-new-tokens", "--temperature", "--top-k", "--top-p",
          "--min-p", "--repetition-penalty", "--stop", "--choices", "--n", "--beams", "--draft",
          "--seed", "--backend", "--device")


def add_arguments(parser) -> None:
    parser.common = COMMON
    add = parser.add_argument
    add("model", type=str, help="a run, or one checkpoint in it; "
        "gpt2, qwen3-0.6b or another published size; a folder or .gguf file with weights")
    add("--prompt", type=str,
        help="the text to continue; - reads it from standard input; left out, a new text begins")
    add("--prompts", type=str, metavar="FILE",
        help="a file with a prompt on each line, which are continued side by side")
    add("--interactive", action="store_true",
        help="ask for one prompt after the other; Ctrl-C stops a text, Ctrl-D the program")
    add("--max_new_tokens", type=int, default=200, help="stop after this many")
    add("--temperature", type=float, default=0.8,
        help="below 1 is more careful, above 1 more daring, 0 always takes the likeliest token")
    add("--top_k", type=int, help="draw from the k likeliest tokens only")
    add("--top_p", type=float, default=0.95,
        help="draw from the likeliest tokens that hold this share of the probability")
    add("--min_p", type=float,
        help="draw from tokens that are at least this fraction as likely as the likeliest; 0.05 "
             "is usual")
    add("--repetition_penalty", type=float, default=1.0,
        help="above 1 makes tokens that were there already less likely; 1.1 is usual")
    add("--logit_bias", type=list[str], default=[], metavar="TEXT=NUMBER",
        help="make a token likelier, or less likely below 0; -inf forbids it")
    add("--stop", type=list[str], default=[], metavar="TEXT",
        help=r"end in front of any of these texts; \n is the end of a line")
    add("--choices", type=list[str], default=[], metavar="TEXT",
        help="what follows the prompt has to be one of these texts")
    add("--n", type=int, default=1, help="how many texts; with beams, how many of the best")
    add("--beams", type=int,
        help="search for the likeliest text, with so many at a time, and draw nothing")
    add("--length_penalty", type=float, default=1.0,
        help="rank what beams find by its log-probability / length ** this; 0 prefers short texts")
    add("--early_stopping", type=Literal["first", "likely", "never"], default="likely",
        help="end the search with as many texts as beams; when better ones are not likely; or "
             "when there are none")
    add("--draft", type=str, metavar="MODEL",
        help="a smaller model with the same tokens, which guesses ahead: texts as without it, "
             "sooner where its guesses are good")
    add("--guesses", type=int, default=4, help="how many tokens it guesses at a time")
    add("--seed", type=int, default=0, help="another seed, another text")
    add("--backend", choices=["torch", "numpy"], default="torch", help="who computes it")
    add("--device", choices=["auto", "cpu", "cuda", "mps"], default="auto",
        help="where torch computes it")
    add("--compile", action="store_true",
        help="compile the model for one token at a time: the first ones wait a minute or so, the "
             "others come sooner on a GPU")


def check_arguments(arguments) -> None:
    """ValueError where a value will not do, or two options cannot go together."""
    from ...generation.options import (
        check_beams,
        check_repetition_penalty,
        check_sampling_options,
        check_whole,
    )
    from ...generation.stop_strings import check_stop_strings

    a = arguments
    check_sampling_options(a.temperature, a.top_k, a.top_p, a.min_p)
    check_repetition_penalty(a.repetition_penalty)
    check_whole("max_new_tokens", a.max_new_tokens, 1, "200 is a paragraph")
    check_whole("seed", a.seed, 0, "any whole number from 0 will do")
    check_whole("n", a.n, 1, "how many texts")
    check_whole("guesses", a.guesses, 1, "4 is usual")
    check_beams(1 if a.beams is None else a.beams, a.length_penalty, a.early_stopping)
    check_stop_strings(a.stop)
    for one, other in (("prompt", "prompts"), ("prompt", "interactive"),
                       ("prompts", "interactive"), ("beams", "draft"), ("prompts", "draft")):
        if getattr(a, one) and getattr(a, other):
            raise ValueError(f"--{one} and --{other} cannot go together; leave one of them out")
    if a.compile and a.backend == "numpy":
        raise ValueError("--compile is torch's: leave it out, or take --backend torch")
    if a.draft and a.n > 1:
        raise ValueError("--draft writes one text at a time; leave --n out")
    if a.beams and a.n > a.beams:
        raise ValueError(f"of {a.beams} beams {a.n} texts are wanted; give --beams {a.n}")


def processing(arguments, tokenizer) -> dict:
    """What generate, beam_search and speculative_generate take besides sampling options."""
    from ...generation.choices import encoded_choices

    choices = [unescaped(text) for text in arguments.choices]
    return {"repetition_penalty": arguments.repetition_penalty,
            "logit_bias": bias_of(arguments.logit_bias, tokenizer),
            "choices": encoded_choices(tokenizer, choices) if choices else None,
            "stop": tokenizer.stop_tokens, "vocab_limit": tokenizer.vocab_size}


def bias_of(words, tokenizer) -> dict[int, float]:
    """["the=-2", ...] -> {token id: -2.0}

    Raises
    ------
    ValueError
        There is no number, or the text is not a single token.
    """
    found = {}
    for word in words:
        text, _, number = word.rpartition("=")
        try:
            value = float(number)
        except ValueError:
            value = None
        if value is None or not text:
            raise ValueError(f"--logit-bias takes TEXT=NUMBER, as in \" the=-2\", got {word!r}")
        ids = tokenizer.encode(unescaped(text), allowed_special="all")
        if len(ids) != 1:
            pieces = ", ".join(repr(tokenizer.decode([token])) for token in ids)
            raise ValueError(f"--logit-bias takes a single token, and {text!r} is {len(ids)} of "
                             f"this model's: {pieces}")
        found[ids[0]] = value
    return found


def unescaped(text: str) -> str:
    r"""A text with \n, \t and \\ in it, as one writes them between quotation marks in a shell."""
    parts = text.split(r"\\")
    return "\\".join(part.replace(r"\n", "\n").replace(r"\t", "\t") for part in parts)
