"""Corpora too large to keep, streamed from the Hugging Face hub.

The library ``datasets`` downloads a file at a time while we read; proxies,
tokens (HF_TOKEN), mirrors (HF_ENDPOINT) and retries are its business.
"""
from collections.abc import Iterator

from ..io.extras import library
from .passages import Passage, passages_of
from .readers import ReadOptions

__all__ = ["read_hub"]


def read_hub(name: str, arguments: dict, options: ReadOptions
             ) -> Iterator[Passage]:
    """Rows of a column as passages, in the order of the data set.

    Parameters
    ----------
    name
        For the names of the documents.
    arguments
        Of ``datasets.load_dataset``, and "column".

    Raises
    ------
    ConnectionError
        Where the hub cannot be reached, and how to do without.
    """
    datasets = library("datasets", "data", f"to stream {name}")
    arguments = dict(arguments)
    column = arguments.pop("column", "text")
    try:
        rows = datasets.load_dataset(**arguments, streaming=True)
        rows = rows.select_columns([column]).skip(options.skip)
        for number, row in enumerate(rows, options.skip):
            yield from passages_of(name, [row[column]],
                                   options.passage_length, first=number)
    except OSError as problem:      # all of its network errors are
        raise ConnectionError(
            f"{name} cannot be streamed from huggingface.co ("
            f"{type(problem).__name__}: {problem}). Without a network: get "
            f"the Parquet files of {arguments.get('path')} elsewhere, put "
            "them in a folder and prepare that folder") from None
