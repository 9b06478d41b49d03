"""Instruction finetuning: what a model is trained on, and how one sees
whether that helps.

The loss is that of pretraining, the surprise at every next token; only the
text is new. It has a task in it, and an answer that ends.
"""
from collections.abc import Sequence

import numpy as np

from ..batches.collate import collate_instructions
from ..batches.packed_examples import pack, packed_batch
from ..configs.finetuning_config import FinetuningConfig
from ..configs.instruction_config import InstructionConfig
from .answer_task import AnswerTask
from .epochs import by_length
from .examples import Example, Splits

__all__ = ["InstructionTask"]


class InstructionTask(AnswerTask):
    """What a trainer needs to know about instructions.

    Parameters
    ----------
    splits : Splits of Example
    settings : InstructionConfig
    training : FinetuningConfig
    about
        respond, tokenizer, run_config, data_key, parameters: as for
        AnswerTask.
    """

    kind = "instructions"
    settings: InstructionConfig

    def __init__(self, splits: Splits, settings: InstructionConfig,
                 training: FinetuningConfig, **about):
        context = about["run_config"].model.context_length
        self.rows = grouped(splits.train, settings.packing, context)
        lengths = [sum(example.length for example in row)
                   for row in self.rows]
        super().__init__(splits, settings, training, lengths, **about)

    def batch(self, indices: np.ndarray | Sequence[int]):
        """The batch of these rows to train on."""
        return self.batch_of([self.rows[index] for index in indices])

    def batch_of(self, rows: Sequence[Sequence[Example]]):
        """(inputs, targets), or a PackedBatch of windows."""
        learned = [[(example.text(), len(example.question)
                     if self.settings.response_only else 0, example.earlier)
                    for example in row] for row in rows]
        if self.settings.packing:
            return packed_batch(learned, self.end)
        texts, prompts, earlier = zip(*(row[0] for row in learned),
                                      strict=True)
        return collate_instructions(texts, self.end, prompt_lengths=prompts,
                                    earlier=earlier)

    def evaluate(self, learner) -> dict[str, float]:
        """The mean loss over some examples to train on, and of validation."""
        return {f"{split}_loss": self.loss(
                    learner,
                    getattr(self.splits, split)[:self.evaluated(split)])
                for split in ("train", "validation")}

    def loss(self, learner, examples: Sequence[Example]) -> float:
        """Nats a target, over all of the examples."""
        rows = grouped(examples, self.settings.packing,
                       self.run_config.model.context_length)
        nats, count = 0.0, 0.0
        for indices, counts in self.ranks.deal(
                by_length([row[0].length for row in rows])):
            some = learner.evaluate(self.batch_of([rows[i] for i in indices]))
            if counts:
                nats, count = nats + some[0], count + some[1]
        nats, count = self.ranks.sums(nats, count)
        return nats / max(1, count)


def grouped(examples: Sequence[Example], packing: bool,
            context: int) -> list[list[Example]]:
    """The rows of batches: windows of examples, or one example each."""
    if not packing:
        return [[example] for example in examples]
    windows = pack([example.length for example in examples], context)
    return [[examples[index] for index in window] for window in windows]
