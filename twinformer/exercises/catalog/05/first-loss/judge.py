"""The first loss of a small model of random weights with GPT-2's vocabulary."""
import math
from dataclasses import replace

import numpy as np

from numpy_impl import GPTModel, cross_entropy
from twinformer import preset

TOLERANCE = 0.02    # of the perplexity: the first logits are small, not 0


def truth():
    config = replace(preset("gpt2"), d_model=8, n_heads=1, n_layers=1, context_length=8)
    model = GPTModel(config, seed=0)
    ids = np.random.default_rng(0).integers(config.vocab_size, size=(32, 9))
    logits, _ = model(ids[:, :-1])
    loss = float(cross_entropy(logits, ids[:, 1:])[0])
    return {"first_loss": loss, "uniform_perplexity": math.exp(loss),
            "bits": loss / math.log(2)}
