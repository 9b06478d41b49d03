"""Options of every command in which a model answers: ask, chat, serve."""
from typing import Literal

__all__ = ["add_drawing", "add_place", "add_template", "add_thinking"]


def add_template(parser, around: str) -> None:
    """--template; around: what stands between its words"""
    parser.add_argument("--template", type=Literal[
        "own", "alpaca", "phi3", "chatml", "alpaca-zh", "qa", "llama3", "qwen3",
        "qwen3-no-thinking", "gemma"],
                        help=f"the words around {around}; left out, the model's own")


def add_thinking(parser) -> None:
    parser.add_argument("--thinking", type=bool | None, default=None,
                        help="whether the model is to think first, where its own template can "
                             "say so (Qwen3's can)")


def add_drawing(parser, temperature: float) -> None:
    """How the next token is drawn, by the usual three."""
    parser.add_argument("--temperature", type=float, default=temperature,
                        help="0 always takes the likeliest token, above it the answer is drawn")
    parser.add_argument("--top_k", type=int, help="draw from the k likeliest tokens only")
    parser.add_argument(
        "--top_p", type=float,
        help="draw from the likeliest tokens that hold this share of the probability")


def add_place(parser) -> None:
    """Who computes, and where."""
    parser.add_argument(
        "--backend", choices=["torch", "numpy"], default="torch", help="who computes it")
    parser.add_argument("--device", choices=["auto", "cpu", "cuda", "mps"], default="auto",
                        help="where torch computes it")
