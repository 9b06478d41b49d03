"""How many tokens a model will have: that follows from the tokenizer, which is not made yet."""
from dataclasses import replace
from typing import Any

from ...architectures.kinds import small_model
from ...configs.run_config import RunConfig
from ...io.shell_words import shell_word

__all__ = ["vocabulary_of"]

BYTES, CHARACTERS = 257, 128    # a text of one script has about so many characters


def vocabulary_of(config: RunConfig, published: bool = False) -> tuple[Any, str]:
    """The model with its vocabulary, and where that comes from, in words.

    Parameters
    ----------
    published
        Whether the model's own vocabulary stands, as of a published one.
    """
    model, data = config.model, config.data
    if published or model.vocab_size != small_model(model.kind).vocab_size:
        return model, f"a vocabulary of {model.vocab_size:,} tokens"
    if size := prepared_size(config):
        words = f"the vocabulary of {size:,} tokens in {shell_word(data.corpus[0])}"
    else:
        size = {"bytes": BYTES, "characters": CHARACTERS}.get(data.tokenizer, data.vocab_size)
        words = f"a vocabulary of {size:,} tokens, by --tokenizer {data.tokenizer}"
    return replace(model, vocab_size=size), words


def prepared_size(config: RunConfig) -> int:
    """Tokens of the corpus's own tokenizer; 0 where it is not prepared."""
    from ...prepare.prepared import PreparedCorpus, is_prepared

    corpus = config.data.corpus
    if len(corpus) != 1 or not is_prepared(corpus[0]):
        return 0
    return PreparedCorpus(corpus[0], backend=config.backend).tokenizer.vocab_size
