"""The tokens of one part of a corpus, and where its documents start.

Shapes: N = tokens of a passage.
"""
import contextlib
from pathlib import Path
from typing import Any

import numpy as np

from .shard_writer import ShardWriter

__all__ = ["SplitWriter"]

START = np.dtype("<u8")


class SplitWriter:
    """Puts passages together again.

    Passages that follow each other in a document are joined; one
    <|endoftext|> ends a document however much of it came here, and every
    stretch of text without a gap has its own start.

    Parameters
    ----------
    folder, name
        As for ShardWriter.
    beginning, end
        The ids before and behind each document, if any.
    state
        Of an earlier writer, to go on with.
    """

    def __init__(self, folder: Path, name: str, dtype: np.dtype,
                 shard_tokens: int, beginning: int | None, end: int | None,
                 state: dict[str, Any]):
        self.tokens = ShardWriter(folder, name, dtype, shard_tokens,
                                  state.get("tokens", 0))
        self.starts = ShardWriter(folder, f"{name}-documents", START, 2**62,
                                  state.get("starts", 0))
        self.begin, self.end = (np.array([] if i is None else [i])
                                for i in (beginning, end))
        self.last = tuple(state.get("last", ()))    # of an open document

    def append(self, key: tuple[int, int, int], ids: np.ndarray,
               ends: bool) -> None:
        """One passage: key = (source, document, part), ids (N,)"""
        source, document, part = key
        if self.last != (source, document, part - 1):
            if self.last and self.last[:2] != (source, document):
                self.tokens.append(self.end)    # its end went elsewhere
            self.starts.append(np.array([self.tokens.written], np.uint64))
        if part == 0:
            self.tokens.append(self.begin)
        self.tokens.append(ids)
        self.last = key
        if ends:
            self.finish()

    def finish(self) -> None:
        """End the open document."""
        if self.last:
            self.tokens.append(self.end)
        self.last = ()

    def state(self) -> dict[str, Any]:
        """Ready for JSON; belongs to what ``flush`` has put on the disk."""
        return {"tokens": self.tokens.written, "last": self.last,
                "starts": self.starts.written}

    def flush(self) -> None:
        self.tokens.flush()
        self.starts.flush()

    def abandon(self) -> None:
        """Close the files, even on a disk that is full."""
        for writer in (self.tokens, self.starts):
            # the error that matters is on its way already
            with contextlib.suppress(OSError):
                writer.close()
