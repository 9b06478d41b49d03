"""Find hyperparameters by trial: for training, and for every finetuning.

  twinformer search train novel.txt --max-steps 500
  twinformer search train --space learning-rate=log:1e-3:3e-2 n-layers=2,4,6
  twinformer search classify messages.csv --trials 40 --space space.yaml
  twinformer search instruct --model runs/run-1 --train lora
  twinformer search dpo --model runs/instruct-1 --metric validation_accuracy
"""
import importlib

__all__ = ["MODES", "choose"]

# what is searched for -> what the overview says about it; each is a module of this package
MODES = {
    "train": "settings to train a model with",
    "classify": "settings to teach a model to tell texts apart",
    "instruct": "settings to teach a model to follow instructions",
    "dpo": "settings to teach a model which answers people prefer",
}


def choose(prog: str, words: list[str]):
    """-> the command's own name, its module, its words; None after help."""
    from ..parsing.modes_page import modes_page

    if not words or words[0] in ("-h", "--help", "--help-all"):
        print(modes_page(prog, "COMMAND", __doc__, "commands", MODES,
                         "{} COMMAND --help explains a search and its options, which are "
                         "those of the command and some more"))
        return None
    mode, rest = words[0], words[1:]
    if mode not in MODES:
        from ..parsing.option_names import did_you_mean

        raise ValueError(f"{prog} expects a command that trains, got {mode!r}"
                         f"{did_you_mean(mode, MODES)} (commands: {', '.join(MODES)}; all else "
                         "behind it)")
    return f"{prog} {mode}", importlib.import_module(f".{mode}", __package__), rest
