"""Print what makes a shell complete commands, options and the names of runs.

  twinformer completion bash > ~/.local/share/bash-completion/completions/twinformer
  twinformer completion zsh > ~/.zfunc/_twinformer      a folder in $fpath
  twinformer completion fish > ~/.config/fish/completions/twinformer.fish
  eval "$(twinformer completion bash)"                  for this shell only

A new shell reads it. The script is complete in itself: no Python starts when
TAB is pressed. Print it anew after an update.
"""
from typing import Literal

__all__ = ["add_arguments", "run"]


def add_arguments(parser) -> None:
    parser.add_argument("shell", type=Literal["bash", "zsh", "fish"],
                        help="the shell that is to complete")


def run(arguments) -> None:
    from ...io.extras import library
    from .tree import command_tree

    shtab = library("shtab", "completion", "to write completion for a shell")
    print(shtab.complete(command_tree(), arguments.shell))
