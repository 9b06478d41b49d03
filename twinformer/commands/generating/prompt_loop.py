"""A prompt, its continuation, the next prompt: in a terminal.

Ctrl-C stops the text that is being written, or clears the line that is being typed; Ctrl-D, or
the end of what is piped in, ends the program. An empty line goes on with the text so far. Where
Python has readline, the arrow keys edit the line and bring earlier prompts back.
"""
import sys
from collections.abc import Callable
from contextlib import suppress

__all__ = ["prompt_loop"]

GREETING = ("give a text to continue; an empty line goes on with the last one, Ctrl-C stops a "
            "text, Ctrl-D the program")


def prompt_loop(write: Callable[[str], str], ask: Callable[[str], str] = input) -> None:
    """Ask for prompts until there are no more.

    write : shows what follows a prompt, and returns it; its ValueError is said, and the
        loop goes on
    ask : shows "> ", and returns a line; raises EOFError where there is none
    """
    with suppress(ImportError):
        import readline  # noqa: F401  input() then edits lines, and remembers them

    print(GREETING, file=sys.stderr)
    text = ""
    while True:
        try:
            line = ask("> ")
        except KeyboardInterrupt:    # only this line is given up
            print()
            continue
        except EOFError:
            print()
            return
        text = line or text
        if not text:
            continue
        try:
            text += write(text)
        except KeyboardInterrupt:
            print("stopped", file=sys.stderr)
        except ValueError as problem:
            print(problem, file=sys.stderr)
