"""Make data to learn from, with the help of another language model.

  twinformer generate-data instructions --model llama3
  twinformer generate-data instructions --model qwen3 --language zh --count 500
  twinformer generate-data preferences tasks.json --model llama3 --judge qwen3
  twinformer generate-data filter tasks.json --judge llama3 --min-score 80

The model answers over HTTP, in OpenAI's words or Ollama's: Ollama on this
machine unless --endpoint says otherwise, `twinformer serve`, vLLM, llama.cpp,
or a hosted one. Whose answers may be learned from, the licence of the model
says.

Every answer is on the disk, in a log beside the output, the moment it comes.
After an interruption, by whatever, the same command goes on where it stopped
and asks nothing twice; with a larger --count it makes more of the same.
"""
__all__ = ["MODES", "choose"]

# mode -> what the overview says about it; each is a module of this package
MODES = {
    "instructions": "new tasks and answers out of a few seeds, for instruct",
    "preferences": "two answers to each task, and which one a judge prefers, for dpo",
    "filter": "the tasks of a file whose answers a judge finds good enough",
}


def choose(prog: str, words: list[str]):
    """-> the mode's own name, its module, its words; None after help."""
    from ..parsing.modes_page import chosen_mode

    return chosen_mode(prog, words, __doc__, MODES, __package__)
