"""Measure a model, the answers it gives, or those who judge them.

  twinformer evaluate perplexity runs/run-1
  twinformer evaluate perplexity gpt2 --corpus novel.txt --stride 512
  twinformer evaluate choices gpt2 hellaswag_val.jsonl
  twinformer evaluate accuracy predictions.csv
  twinformer evaluate responses answers.json
  twinformer evaluate judge answers.json --url http://localhost:11434 --judge llama3
  twinformer evaluate compare scores-a.json scores-b.json
  twinformer evaluate correlate judge-a.json judge-b.json
"""
import importlib

__all__ = ["MODES", "choose"]

# mode -> what the overview says about it; each is a module evaluate_MODE
MODES = {
    "perplexity": "how well a model predicts a text: loss, perplexity, bits per byte",
    "choices": "multiple choice: HellaSwag's file format, and LAMBADA's",
    "accuracy": "a file of predictions against its labels",
    "responses": "answers to instructions: exact match, BLEU, chrF, ROUGE",
    "judge": "answers scored from 0 to 100 by another language model",
    "compare": "which of two models answers better, and how sure that is",
    "correlate": "whether two judges agree: Pearson, Spearman, Kendall",
}


def choose(prog: str, words: list[str]):
    """-> the mode's own name, its module, its words; None after help.

    Where the first word is no mode, perplexity is meant: ``twinformer eval
    runs/run-1`` works as it always did.
    """
    from ..parsing.modes_page import modes_page

    if not words or words[0] in ("-h", "--help", "--help-all"):
        print(modes_page(prog, "MODE", __doc__, "modes", MODES,
                         "{} MODE --help explains a mode and its options"))
        return None
    mode, rest = words[0], words[1:]
    if mode not in MODES:
        check_is_model(mode)
        mode, rest = "perplexity", words
    module = importlib.import_module(f".{mode}", __package__)
    return f"{prog} {mode}", module, rest


def check_is_model(word: str) -> None:
    """ValueError where a word is likely a mode that was mistyped."""
    from pathlib import Path

    from ...architectures.kinds import all_presets

    from ..parsing.option_names import did_you_mean

    if word.startswith("-") or Path(word).exists() or word in all_presets():
        return
    if near := did_you_mean(word, MODES):
        raise ValueError(f"there is no mode {word!r}{near} (modes: {', '.join(MODES)})")
