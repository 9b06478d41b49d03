"""Learn by writing the parts yourself: some eighty exercises, graded by the proof.

  twinformer exercise list
  twinformer exercise start softmax-forward
  twinformer exercise check
  twinformer exercise hint
  twinformer exercise solution softmax-forward
  twinformer exercise export --for classroom

An exercise is a folder with a page, a file to fill in, and a small test that fails. `check` runs
your file beside the reference, and tells what is off: where, in the smallest case that was found,
and the likely cause. Texts are in Chinese where TWINFORMER_LANGUAGE=zh, or the locale, says so.
"""
__all__ = ["MODES", "choose"]

# mode -> what the overview says about it; each is a module of this package
MODES = {
    "list": "all exercises, and how far you are",
    "start": "begin one: a folder with a page, a skeleton and a failing test",
    "check": "is it right? if not: where, the smallest case, the likely cause",
    "hint": "the next of three hints",
    "solution": "the solution",
    "export": "a course for a class, without solutions",
}


def choose(prog: str, words: list[str]):
    """-> the mode's own name, its module, its words; None after help."""
    from ..parsing.modes_page import chosen_mode

    return chosen_mode(prog, words, __doc__, MODES, __package__)
