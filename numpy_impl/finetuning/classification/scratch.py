"""A tokenizer and a model from nothing but the texts to learn from."""
from collections.abc import Sequence

import numpy as np

from ...models.config import GPT2Config
from ...models.initialisation import initial_parameters
from ...text.bpe import BPETokenizer
from ...text.bpe_training import count_pieces, learn_merges
from ...text.byte_tokenizer import ByteTokenizer
from ...text.tokenizer import Tokenizer, repair_surrogates
from .run_config import ScratchConfig

__all__ = ["new_tokenizer", "untrained"]

MIN_COUNT = 2  # a pair that occurs once teaches nothing


def new_tokenizer(config: ScratchConfig, texts: Sequence[str]) -> Tokenizer:
    """The tokenizer that config asks for; a small one where texts are few."""
    if config.tokenizer == "bytes":
        return ByteTokenizer()
    pieces = {repair_surrogates(piece).encode("utf-8"): count
              for piece, count in count_pieces(texts, "gpt2").items()}
    wanted = config.vocab_size - 257  # beside the bytes and end of text
    found = learn_merges(pieces, wanted, MIN_COUNT) if wanted else []
    return BPETokenizer.train(texts, 257 + len(found), min_count=MIN_COUNT)


def untrained(config: ScratchConfig, tokenizer: Tokenizer,
              seed: int) -> tuple[GPT2Config, dict[str, np.ndarray]]:
    """A small GPT that has read nothing: its shape and its weights."""
    model = config.model(tokenizer.vocab_size)
    return model, initial_parameters(model, seed)
