"""Commands that are printed for people to paste into a shell.

A run may be called "my run" or "it's": every command that a message shows
is built here, so that it means the same when it comes back.
"""
import shlex

__all__ = ["command_line", "shell_word"]


def command_line(*words: object) -> str:
    """A twinformer command, each word quoted where the shell needs it.

    Words are texts, and what is one in print: paths, runs, numbers.

    >>> command_line("ask", "runs/my run", "Name three fruits.")
    "twinformer ask 'runs/my run' 'Name three fruits.'"
    """
    return " ".join(["twinformer", *map(shell_word, words)])


def shell_word(word: object) -> str:
    """One word, quoted where the shell needs it."""
    return shlex.quote(str(word))
