"""The command line: finds the command, reads its arguments, reports mistakes.

A command is a module of this package with

    __doc__                  the text above its options in --help
    add_arguments(parser)    adds options to a jsonargparse.ArgumentParser
    run(arguments)           does the work; returns an exit code, None = 0

and one line in COMMANDS. A command of several modes has a ``choose`` instead,
which names the module of one; a command whose words are another program's a
``hand_on(words)``. The module is imported only when its command is
called, and imports torch (or matplotlib, transformers, ...) inside ``run``:
``twinformer --help`` has to answer at once. Options declared from a
dataclass arrive in ``run`` as instances of it.

A mistake of the user is a ValueError, an OSError or a FloatingPointError
with a message of one line: it ends the command with exit code 2. Anything
else is a bug of ours and shows its traceback; TWINFORMER_DEBUG=1 shows it
for the user's mistakes too.
"""
import importlib
import os
import sys
from collections.abc import Sequence

from .chinese import in_own_language, translated_error
from .console import never_fail_to_print
from .mistakes import in_one_line
from .ranks import on_ranks, one_speaks, words_again

__all__ = ["COMMANDS", "main", "module_of_mode"]

# command -> (module, what the overview says about it), in the order of the road
COMMANDS = {
    "doctor": ("doctor.command", "say what this machine can do"),
    "data": ("data.command", "list, get and prepare corpora"),
    "estimate": ("estimate.command", "say what a run costs, and whether it fits"),
    "train": ("train.command", "train a model, or resume a run"),
    "generate": ("generate", "continue a text with a trained model"),
    "classify": ("classify.command", "teach a model to tell texts apart, and use it"),
    "generate-data": ("generate_data.command", "make data with another model's help"),
    "instruct": ("instruct", "teach a model to follow instructions"),
    "dpo": ("dpo", "teach a model which answers people prefer"),
    "search": ("search.command", "find good settings for all of these by trial"),
    "ask": ("ask", "ask a model that follows instructions"),
    "chat": ("chat.command", "talk with a model"),
    "serve": ("serve.command", "serve a model over HTTP, in OpenAI's words"),
    "export": ("export", "write a model for transformers, peft and others"),
    "checkpoint": ("checkpoint", "check a run's checkpoint, or write it in another form"),
    "evaluate": ("evaluate.command", "measure a model, its answers, or their judges"),
    "lm-eval": ("lm_eval", "measure a model on lm-evaluation-harness's tasks"),
    "walk": ("walk.command", "show every array of one forward and backward pass"),
    "parity": ("parity.command", "prove that reference and twin agree, or your own port"),
    "divergence": ("divergence.command", "find where two models part"),
    "exercise": ("exercise.command", "learn by writing the parts yourself, graded by the proof"),
    "completion": ("completion.command", "make bash, zsh or fish complete all this"),
    "verify": ("verify.command", "check GPT-2's weights against published figures"),
}

HELP = ("-h", "--help", "--help-all")

# Older names
ALIASES = {"eval": "evaluate"}

OVERVIEW = """\
usage: twinformer COMMAND [OPTIONS]

One LLM system written twice: by hand in NumPy, and its twin in PyTorch.

commands:
{commands}

twinformer COMMAND --help   explains a command and its options
twinformer --version        prints the version
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line.

    Parameters
    ----------
    argv : sequence of str, optional
        The words after ``twinformer``; the process's own where left out.

    Returns
    -------
    int
        The exit code: 0 done, 2 a mistake of the user, 130 interrupted.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    never_fail_to_print()
    try:
        with one_speaks():
            return dispatch(words_again(words)) or 0
    except KeyboardInterrupt:
        print(in_own_language("twinformer: interrupted"), file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader (head, less) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except MemoryError as mistake:
        print("twinformer: error: not enough memory: a smaller d_model, batch"
              f"_size or context_length needs less ({mistake})", file=sys.stderr)
        return 2
    except (ValueError, OSError, FloatingPointError) as mistake:
        if os.environ.get("TWINFORMER_DEBUG"):
            raise
        said = translated_error(in_one_line(mistake))
        print(in_own_language("twinformer: error: {}").format(said), file=sys.stderr)
        return 2


def dispatch(words: list[str]) -> int | None:
    """Find the command, parse its arguments, run it."""
    if not words or words[0] in ("-h", "--help", "help"):
        print(overview(), end="")
        return 0
    if words[0] in ("-V", "--version"):
        from importlib.metadata import PackageNotFoundError, version
        try:
            print(f"twinformer {version('twinformer')}")
        except PackageNotFoundError:  # a checkout that was not installed
            print("twinformer, not installed")
        return 0
    command, rest = ALIASES.get(words[0], words[0]), words[1:]
    if command not in COMMANDS:
        from .parsing.option_names import did_you_mean
        raise ValueError(
            f"there is no command {words[0]!r}"
            f"{did_you_mean(words[0], COMMANDS)} (commands: "
            f"{', '.join(COMMANDS)})")

    from .parsing.parser import CommandParser
    module = importlib.import_module(f".{COMMANDS[command][0]}", __package__)
    prog = f"twinformer {command}"
    if hasattr(module, "choose"):
        mode = module.choose(prog, rest)
        if mode is None:    # it has explained itself
            return 0
        prog, module, rest = mode
    if hasattr(module, "hand_on"):
        if rest and rest[0] not in HELP:
            return module.hand_on(rest)
        rest = rest or ["--help"]
    parser = CommandParser(prog=prog, description=module.__doc__, words=rest)
    module.add_arguments(parser)
    arguments = parser.instantiate(parser.parse_args(rest))
    if hasattr(module, "ON_PAPER"):     # --ranks are what it is about, not who does it
        return module.run(arguments)
    return on_ranks(module.run, arguments, words)


def module_of_mode(module: str, mode: str) -> str:
    """("evaluate.command", "judge") -> "evaluate.judge"; as in COMMANDS, within this package."""
    return f"{module.rpartition('.')[0]}.{mode}"


def overview() -> str:
    """The text of ``twinformer --help``."""
    lines = [f"  {name:<13} {in_own_language(about)}" for name, (_, about) in COMMANDS.items()]
    return in_own_language(OVERVIEW).format(commands="\n".join(lines))
