"""Any corpus -> token files, once, however large it is.

Documents stream in and tokens stream out; memory does not grow with them.
Every few seconds the token files are forced to the disk and the ledger says
how far they go. After a kill, a crash or a full disk the same call goes on
from there: files are cut back to what the ledger knows, and the input is
passed over up to the document where it stopped.

The folder then holds train-00000.bin, ..., validation-00000.bin, ..., where
documents start (train-documents-00000.bin), tokenizer.json, removed.jsonl
and, last of all, manifest.json; prepared.py reads it.
"""
import errno
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ..corpora.sources import Source
from .manifest import describe_folder, write_manifest
from .preparation import LEDGER, Preparation
from .prepare_options import PrepareOptions, settings_of
from ..tokenizers.tokenizer import Tokenizer

__all__ = ["prepare"]

FULL = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))


def prepare(
    sources: Sequence[Source],
    tokenizer: Tokenizer,
    folder: Path,
    options: PrepareOptions,
    *,
    name: str = "",
    progress: Callable[[dict[str, int]], None] = lambda counts: None,
) -> dict[str, Any]:
    """Prepare a corpus, or go on where it was interrupted.

    Parameters
    ----------
    sources
        Of ``corpora.corpus_sources``.
    folder
        New, or of an interrupted preparation, or of a finished one with the
        same settings: nothing is done then.
    name
        Of the corpus, for the manifest.
    progress
        Given the counts so far, often.

    Returns
    -------
    dict
        The manifest.

    Raises
    ------
    ValueError
        Where the folder holds something else, the input is malformed, or no
        document is left for one of the parts.
    OSError
        Where the disk is full or refuses: free some space, call again.
    """
    settings = settings_of(sources, tokenizer, options)
    if finished := describe_folder(folder):
        if finished["settings"] != settings:
            raise ValueError(f"{folder} holds a corpus prepared from other "
                             "text or settings; choose another folder")
        return finished
    if not (folder / LEDGER).exists() and folder.exists() and any(
            path.name != "tokenizer.json" for path in folder.iterdir()):
        raise ValueError(f"{folder} holds other files; choose a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    work = Preparation(sources, tokenizer, folder, options, settings,
                       progress)
    try:
        work.run()
        manifest = write_manifest(folder, name, settings, work.counts,
                                  work.splits, tokenizer)
    except OSError as problem:
        if problem.errno in FULL or "full" in str(problem):
            problem.add_note(f"the disk is full; what is done stays in "
                             f"{folder}: free some space and do the same "
                             "again")
        raise
    finally:
        work.close()
    (folder / LEDGER).unlink()
    return manifest
