"""A folder for what nobody keeps."""
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["scratch_folder"]


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A new folder that is gone with all that is in it when the context ends."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)
