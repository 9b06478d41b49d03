"""Commands that are printed for people to paste into a shell.

A run may be called "my run" or "it's": every command that a message shows
is built here, so that it means the same when it comes back.
"""
import shlex

__all__ = ["command_line", "shell_word"]

# What a POSIX shell, or that of Windows, reads inside double quotes
SPECIAL = frozenset('$`"\\!%')


def command_line(*words: object) -> str:
    """A twinformer command, each word quoted where the shell needs it.

    Words are texts, and what is one in print: paths, runs, numbers.

    >>> print(command_line("ask", "runs/run-1", "Name three fruits."))
    twinformer ask runs/run-1 "Name three fruits."
    """
    return " ".join(["twinformer", *map(shell_word, words)])


def shell_word(word: object) -> str:
    """One word, quoted where the shell needs it: by double quotes where they
    do, for Windows knows no others."""
    text = str(word)
    quoted = shlex.quote(text)
    if quoted == text or SPECIAL & set(text) or not text.isprintable():
        return quoted
    return f'"{text}"'
