"""Question, answer, question: in a terminal, or from what is piped in."""
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from difflib import get_close_matches
from typing import Any

__all__ = ["chat_loop"]


def chat_loop(partner: Any, ask: Callable[[str], str] | None = None) -> None:
    """Until there is no more input.

    partner : has a greeting; answer(text), which yields pieces; commands, as Talk's
    ask : shows "> ", and returns a line; raises EOFError where there is none
    """
    ask = ask or (input if sys.stdin.isatty() else lambda _: input())
    with suppress(ImportError):
        import readline  # noqa: F401  input() then edits lines, and remembers them

    print(partner.greeting, file=sys.stderr)
    while True:
        try:
            line = whole_line(ask)
        except KeyboardInterrupt:   # only this line is given up
            print()
            continue
        except EOFError:
            if sys.stdin.isatty():
                print()
            return
        if line.strip() in ("/quit", "/exit"):
            return
        try:
            if line.startswith("/") and partner.commands:
                done = command(partner, line)
            elif line.strip():
                done = partner.answer(line)
            else:
                continue
            show(done)
        except (ValueError, OSError) as problem:    # said, and the conversation goes on
            print(problem, file=sys.stderr)


def whole_line(ask: Callable[[str], str]) -> str:
    """A line; one that ends with a backslash goes on in the next."""
    line = ask("> ")
    while line.endswith("\\"):
        line = line[:-1] + "\n" + ask(". ")
    return line


def command(partner: Any, line: str) -> Any:
    """What follows a /: a text, or an answer."""
    name, _, rest = line[1:].partition(" ")
    if name == "help":
        rows = [(f"/{name} {words}".strip(), does)
                for name, (words, does, _) in partner.commands.items()]
        rows += [("/quit", "end; so does Ctrl-D"), ("\\ at the end", "the line goes on")]
        return "\n".join(f"{left:<22}{right}" for left, right in rows)
    if name not in partner.commands:
        close = get_close_matches(name, [*partner.commands, "help", "quit"], n=1)
        raise ValueError(f"there is no /{name}" + (f"; did you mean /{close[0]}?" if close else "")
                         + " /help lists what there is")
    return partner.commands[name][2](rest.strip())


def show(done: Any) -> None:
    """A text goes to the side; an answer is shown as it comes, until Ctrl-C."""
    if isinstance(done, str):
        print(done, file=sys.stderr)
        return
    empty = True
    with closing(done):     # also where it is stopped: what was written counts as said
        try:
            for piece in done:
                print(piece, end="", flush=True)
                empty = empty and not piece.strip()
            print()
        except KeyboardInterrupt:
            print()
            print("stopped", file=sys.stderr)
            return
    if empty:
        print("the model ended its answer at once; /retry, or a higher /temperature, may bring "
              "another one", file=sys.stderr)
