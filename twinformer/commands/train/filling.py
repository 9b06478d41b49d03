"""twinformer train: what a model that reads takes for hidden words, while it learns."""
import numpy as np

from ...backend import implementation
from ...batches.bert_tokens import BertTokens, one_text
from ...configs.run_config import RunConfig
from ...generation.masked_text import masked_text

__all__ = ["filler", "hidden_words"]

PIECES, TOKENS, GUESSES = 3, 14, 3
TRIES = 200     # places of a text that are looked at for a piece


def filler(config: RunConfig, data):
    """(learner, step) -> the likeliest fillings of [MASK] in the prompt, or in pieces of the
    validation text.

    Raises
    ------
    ValueError
        Where the tokenizer has no [MASK]; where the prompt has none, or is too long.
    """
    fill_mask = implementation(config.backend).fill_mask
    context, prompt = config.model.context_length, config.training.sample_prompt
    texts = hidden_words(data.tokenizer, data.validation, context)
    if prompt:
        try:
            masked_text(data.tokenizer, prompt, None, context)
        except ValueError as problem:
            raise ValueError(f"--sample-prompt {prompt!r}: {problem}") from None
        texts = [(prompt, "")]

    def sample(learner, step: int) -> str:
        return "\n".join(
            said(text, hidden, fill_mask(learner.model, data.tokenizer, text, GUESSES))
            for text, hidden in texts)

    return sample


def said(text: str, hidden: str, masks) -> str:
    """A text, and in a line for each mask what may stand there."""
    there = f"   (there stood: {hidden})" if hidden else ""
    lines = [", ".join(f"{found.text.strip()} {found.probability:.0%}" for found in fillings)
             for fillings in masks]
    return "\n".join([text + there, *(f"    [MASK] = {line}" for line in lines)])


def hidden_words(tokenizer, tokens, context: int) -> list[tuple[str, str]]:
    """Pieces from all over a text, the token in the middle of each hidden: (piece, that token)

    They are such that, read again, they are the same tokens.
    """
    special = BertTokens.of(tokenizer.special_tokens)
    width = max(1, min(TOKENS, context - 2))
    middle, found = width // 2, []
    for part in range(PIECES):
        first = (len(tokens) - width) * part // PIECES
        for start in range(first, min(first + TRIES, len(tokens) - width)):
            row = [int(token) for token in tokens[start:start + width]]
            before, hidden, after = (tokenizer.decode(ids).strip() for ids in (
                row[:middle], row[middle:middle + 1], row[middle + 1:]))
            text = f"{before} [MASK] {after}".strip()
            row[middle] = special.mask
            if hidden.isalpha() and reads_as(tokenizer, text, one_text(row, special)):
                found.append((text, hidden))
                break
    return found


def reads_as(tokenizer, text: str, row: list[int]) -> bool:
    """Whether BERT reads a text as these tokens."""
    try:
        return np.array_equal(masked_text(tokenizer, text, None, len(row)).ids[0], row)
    except ValueError:      # too long, or with a special token in it
        return False
