"""Instruction finetuning: what the finetuner trains a model on, and how it
sees whether that helps.

The loss is that of pretraining, the surprise at every next token; only the
text is new. It has a task in it, and an answer that ends.
"""
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from ..batches.collate import collate_instructions
from ..corpora.prompts import prompt_style
from ..tokenizers.tokenizer import Tokenizer
from ..configs.run_config import RunConfig
from .answering import answer_tasks, sheet
from .examples import Example, Splits, require_end_of_text
from ..batches.packed_examples import pack, packed_batch

__all__ = ["InstructionConfig", "InstructionTask"]


@dataclass(frozen=True, kw_only=True)
class InstructionConfig:
    """How tasks are put to the model.

    Attributes
    ----------
    template
        The words around a task and its answer.
    response_only
        Learn the answers, and not how tasks are worded.
    packing
        Put several examples side by side into each window of the model's
        context, instead of padding; a batch is then of windows.
    train_share
        Share of the tasks to train on: the first ones.
    test_share
        Share of the tasks that are only answered at the end: the next ones.
        The rest validates.
    eval_examples
        Examples of each split in an evaluation (0 = all of validation, and
        as many to train on).
    samples
        Validation tasks that are answered at each evaluation.
    max_new_tokens
        The longest answer.
    """

    template: Literal["alpaca", "phi3", "chatml"] = "alpaca"
    response_only: bool = False
    packing: bool = False
    train_share: float = 0.85
    test_share: float = 0.1
    eval_examples: int = 0
    samples: int = 3
    max_new_tokens: int = 96

    def __post_init__(self):
        prompt_style(self.template)
        for name, least in (("eval_examples", 0), ("samples", 0),
                            ("max_new_tokens", 1)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be at least {least}, got "
                                 f"{getattr(self, name)}")


class InstructionTask:
    """What a Finetuner needs to know about instructions.

    Parameters
    ----------
    splits : Splits of Example
    settings : InstructionConfig
    tokenizer, run_config
        The base model's.
    data_key : str
        Hash of the data.
    respond : callable
        That of either package's responding.py.
    parameters : callable
        model -> {name: array}, to be kept; LoRA is merged into them.
    """

    kind = "instructions"

    def __init__(self, splits: Splits, settings: InstructionConfig, *,
                 tokenizer: Tokenizer, run_config: RunConfig, data_key: str,
                 respond: Callable, parameters: Callable):
        self.splits, self.settings = splits, settings
        self.tokenizer, self.run_config = tokenizer, run_config
        self.data_key = data_key
        self.respond, self.parameters = respond, parameters
        self.style = prompt_style(settings.template)
        self.end = require_end_of_text(tokenizer)
        self.rows = self.grouped(splits.train)
        self.lengths = [sum(example.length for example in row)
                        for row in self.rows]

    def describe(self) -> dict[str, Any]:
        """What is needed to ask the model; it goes into the checkpoint."""
        return {"kind": self.kind, **asdict(self.settings)}

    def grouped(self, examples: Sequence[Example]) -> list[list[Example]]:
        """The rows of batches: windows of examples, or one example each."""
        if not self.settings.packing:
            return [[example] for example in examples]
        windows = pack([example.length for example in examples],
                       self.run_config.model.context_length)
        return [[examples[index] for index in window] for window in windows]

    def batch(self, indices: np.ndarray | Sequence[int]):
        """The batch of these rows to train on."""
        return self.batch_of([self.rows[index] for index in indices])

    def batch_of(self, rows: Sequence[Sequence[Example]]):
        """(inputs, targets), or a PackedBatch of windows."""
        learned = [[(example.text(), len(example.question)
                     if self.settings.response_only else 0)
                    for example in row] for row in rows]
        if self.settings.packing:
            return packed_batch(learned, self.end)
        texts, prompts = zip(*(row[0] for row in learned), strict=True)
        return collate_instructions(texts, self.end, prompt_lengths=prompts)

    def evaluate(self, learner) -> dict[str, float]:
        """The mean loss over some examples to train on, and of validation."""
        count = self.settings.eval_examples or len(self.splits.validation)
        return {"train_loss": self.loss(learner, self.splits.train[:count]),
                "validation_loss": self.loss(
                    learner, self.splits.validation[:count])}

    def loss(self, learner, examples: Sequence[Example]) -> float:
        """Nats a target, over all of the examples."""
        rows = sorted(self.grouped(examples), key=lambda row: row[0].length)
        size = 8
        sums = [learner.evaluate(self.batch_of(rows[start:start + size]))
                for start in range(0, len(rows), size)]
        return (sum(nats for nats, _ in sums)
                / max(1, sum(count for _, count in sums)))

    def score(self, metrics: dict[str, float]) -> float:
        """Lower is better: by this the best checkpoint is chosen."""
        return metrics["validation_loss"]

    def sample(self, learner, step: int) -> str:
        """Answers to the first tasks of the validation part."""
        tasks = [example.task for example
                 in self.splits.validation[:self.settings.samples]]
        return sheet(tasks, self.answers(learner.model, tasks))

    def answers(self, model, tasks: Sequence) -> list[str]:
        return answer_tasks(model, tasks, self.style, self.tokenizer,
                            self.respond, self.settings.max_new_tokens)
