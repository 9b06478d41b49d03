"""twinformer train: how good the model is at the end, and what to do next."""
import re

from ...architectures.kinds import writes
from ...backend import implementation
from ...io.shell_words import command_line

from ..around_training import next_steps
from .sampling import opening

__all__ = ["example_prompt", "summary"]

QUALITY_SAMPLES = 16
QUALITY_TOKENS = 256


def summary(finished) -> None:
    """The last sample, the share of valid Python, the next commands."""
    from ...corpora.documents import STANDARD_LIBRARY
    from ...generation.streaming import broken_characters

    config, folder = finished.config, finished.folder
    samples = (folder.path / "samples.txt").read_text(encoding="utf-8")
    sample = samples[samples.rfind("=== step"):].strip()
    print("\n" + "\n\n".join(filter(None, [sample, broken_characters(sample)])) + "\n")
    if not writes(config.model):
        print(next_steps("train", folder, "loss.png, samples.txt", {
            "for transformers": command_line("export", folder, "FOLDER"),
            **longer(finished),
            "your own text": command_line("train", "PATH", "--kind", config.model.kind)}))
        return
    if config.data.corpus == [STANDARD_LIBRARY]:
        written, real = python_share(finished)
        print(f"valid Python: {written} that the model wrote;\n"
              f"              {real} of the validation text")
    print(next_steps("train", folder, "loss.png, samples.txt", {
        "continue a text": command_line("generate", folder, *example_prompt(finished)),
        **longer(finished),
        "your own text": command_line("train", "PATH")}))


def longer(finished) -> dict[str, str]:
    return {"train it longer": command_line(
        "train", "--resume", finished.folder, "--max-steps", 2 * finished.step)}


def example_prompt(finished) -> list[str]:
    """A --prompt with words that the model has seen, or nothing"""
    from ...corpora.documents import STANDARD_LIBRARY

    if finished.config.data.corpus == [STANDARD_LIBRARY]:
        return ["--prompt", "def "]
    data = finished.data
    words = re.search(r"[^\W\d_]+(?: [^\W\d_]+){0,2}",
                      data.tokenizer.decode(data.validation[:200]))
    if not words:   # numbers, a program of signs: one has to know better
        return []
    return ["--prompt", words[0][:24].rstrip()]


def python_share(finished):
    """The share of valid statements: the model's, and the real text's."""
    import numpy as np

    from ...training.syntax import SyntaxShare, syntax_share

    config, tokenizer = finished.config, finished.data.tokenizer
    generate = implementation(config.backend).generate
    first = tokenizer.first_token
    start = [tokenizer.encode("\n")[-1] if first is None else first]
    rows = np.array(list(generate(
        finished.learner.model, [start] * QUALITY_SAMPLES, QUALITY_TOKENS,
        temperature=config.training.sample_temperature,
        top_p=config.training.sample_top_p, seed=config.training.seed,
        vocab_limit=tokenizer.vocab_size))).T              # (samples, T)
    shares = []
    for row in rows:
        text = tokenizer.decode(row).replace(opening(tokenizer), "\n")
        shares.append(syntax_share(text))
    written = SyntaxShare(sum(share.valid for share in shares),
                          sum(share.statements for share in shares))
    real = tokenizer.decode(finished.data.validation[:100_000])
    return written, syntax_share(real.replace(opening(tokenizer), "\n"))
