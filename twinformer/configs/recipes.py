"""What training wants to be different where the start is different.

Everything else has one default, which stands beside its field.
"""
from typing import Any

__all__ = ["BETA2", "FROM_SCRATCH", "SMALL", "SMALL_MODELS"]

# AdamW's memory of the gradient's square is about 1 / (1 - beta2) steps long.
BETA2 = {
    # From random weights: the squares shrink within a run of a few thousand
    # steps, and a memory of 1000 of them would hold the step size down.
    "pretraining": 0.99,
    # From weights that know much: few and small steps, whose squares hardly
    # change; AdamW's own default, and the book's.
    "finetuning": 0.999,
    # A classifier that begins from random weights is pretrained in this, too.
    "classifier from scratch": 0.99,
}

# A model of one's own has fewer parameters than this: less than half of the
# smallest GPT-2. It has read little, and takes larger and more steps.
SMALL = 50_000_000

# What differs for it, by the command.
SMALL_MODELS: dict[str, dict[str, Any]] = {
    "instruct": {
        "instructions.response_only": True,
        "dropout": 0.1,
        "finetuning.epochs": 8,
        "finetuning.group_by_length": True,
        "finetuning.learning_rate": 1e-3,
        "finetuning.schedule": "linear",
        "finetuning.warmup": 0.1,
        "finetuning.clip_norm": 1.0,
    },
    "dpo": {
        "finetuning.epochs": 3,
        "finetuning.learning_rate": 2e-5,
    },
}

# What differs for a classifier where no model has read anything before: see
# benchmarks/results/spam.md for how it was chosen.
FROM_SCRATCH: dict[str, Any] = {
    "classification.train": "all",
    "classification.token": "mean",
    "classification.causal": False,
    "classification.hide_padding": True,
    "classification.label_smoothing": 0.1,
    "classification.dropout": 0.2,
    "finetuning.epochs": 20,
    "finetuning.batch_size": 16,
    "finetuning.group_by_length": True,
    "finetuning.learning_rate": 2e-3,
    "finetuning.warmup": 0.1,
    "finetuning.schedule": "cosine",
    "finetuning.beta2": BETA2["classifier from scratch"],
    "finetuning.clip_norm": 1.0,
}
