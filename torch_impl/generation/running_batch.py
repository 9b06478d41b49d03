"""Continuous batching: texts that are continued together, though each begins
and ends when it likes.

A batch that waits for its longest text leaves the others' rows idle, and
whoever comes meanwhile waits for all of it. Here rows join and leave between
two tokens. All texts end in the same column; what a shorter one lacks on the
left is filled up, and nobody sees it:

    text 1    . . a a a a |        joins, step by step: everyone gets one
    text 2    b b b b b b |        more column on the right
    text 3    . . . . c c |

Yu et al. 2022 (Orca, OSDI), section 3.2: iteration-level scheduling.

Shapes: B texts, T columns, V vocabulary.
"""
import torch

from twinformer.generation.left_padding import left_padded
from .generate import next_logits
from .past import gather

__all__ = ["RunningBatch"]


class RunningBatch:
    """The texts that a model is writing, and their keys and values.

    A text may grow up to the model's context length. Each is at the
    positions, and sees what, it would alone.

    Parameters
    ----------
    model : a model of models/ that has new_past
    """

    def __init__(self, model):
        self.model = model
        self.past = None
        self.lengths = torch.zeros(0, dtype=torch.int64)   # (B,)

    def __len__(self):
        return len(self.lengths)

    @property
    def padding(self):
        """Columns that are filled up in front of each text, (B,)"""
        return self.lengths.max() - self.lengths

    def add(self, prompts, copies=None):
        """Texts join, as the last rows -> logits (B', V) of what follows each

        prompts : lists of token ids, none longer than the context
        copies : how often each joins, (prompts,), or None for once; it is
            read once all the same

        Raises
        ------
        ValueError, TypeError
            As left_padded; no text has joined then.
        """
        config = self.model.config
        ids, padding = left_padded(
            prompts, config.vocab_size, config.context_length)
        ids, padding = torch.as_tensor(ids), torch.as_tensor(padding)
        rows = torch.arange(len(ids)).repeat_interleave(
            torch.as_tensor(1 if copies is None else copies))  # (B',)
        past = self.model.new_past()
        filled = padding if padding.any() else None
        logits = next_logits(self.model, ids, past, filled)
        T = ids.shape[1]
        lengths = (T - padding)[rows]                      # (B',)
        here = [] if not len(self) else [(self.past, torch.arange(len(self)))]
        self.arrange([*here, (past, rows)],
                     torch.cat([self.lengths, lengths]))
        return logits[rows]                                # (B', V)

    def step(self, tokens):
        """Each text grows by its token (B,) -> logits (B, V) of the next

        Raises
        ------
        ValueError
            A text would outgrow the context; none has grown then.
        """
        T = int(self.lengths.max()) + 1
        if self.model.config.context_length < T:
            raise ValueError(
                f"a text of {T} tokens is longer than the context of "
                f"{self.model.config.context_length}; let it leave")
        ids = torch.zeros((len(self), T), dtype=torch.int64)  # (B, T)
        ids[:, -1] = torch.as_tensor(tokens)               # only it is read
        padding = self.padding
        logits = next_logits(self.model, ids, self.past,
                             padding if padding.any() else None)
        self.lengths = self.lengths + 1
        return logits                                      # (B, V)

    def keep(self, rows):
        """Only these rows, (B',), go on, in this order; the others leave"""
        if not len(rows):
            self.past, self.lengths = None, self.lengths[:0]
            return
        rows = torch.as_tensor(rows)                       # (B',)
        self.arrange([(self.past, rows)], self.lengths[rows])

    def arrange(self, parts, lengths):
        """The rows of these pasts become the batch."""
        self.lengths = lengths
        self.past = gather(parts, int(lengths.max()),
                           bool(self.padding.any()))
