"""Packing: several short examples side by side in one window, instead of one
example and padding.

Every token attends to its own example only, so what stands beside an example
says nothing to it, and every example begins at position 0: the model reads it
as it will alone.

Shapes: B windows, T positions, V vocabulary.
"""
from twinformer.batches.packing import document_positions
from twinformer.batches.collate import IGNORE
from ..training.objective import NextTokens

__all__ = ["PackedTokens"]


class PackedTokens(NextTokens):
    """Predict every next token of each example: NextTokens for windows.

    A batch is a PackedBatch: inputs, targets, documents, (B, T) each.
    """

    def count(self, batch) -> int:
        """The targets that count."""
        return int((batch.targets != IGNORE).sum())

    def forward(self, model, batch, keep=None):
        """-> the surprise in nats, summed over the targets, cache"""
        inputs, targets, documents = batch
        positions = document_positions(documents)          # (B, T)
        return self.surprise(model, inputs, targets, keep,
                             positions=positions, documents=documents)
