"""How ranks read a checkpoint that others have written, each its own part of
it, however many they were.

Nothing is unpickled: torch's own format, .distcp with a pickled .metadata, is
neither written nor read.
"""
import os
import warnings
from pathlib import Path

import torch.distributed.checkpoint as dcp

from twinformer.io.sealed_files import DamagedFile
from twinformer.runs.checkpoint_files import (
    Checkpoint, checkpoint_of, read_content,
)
from twinformer.runs.shards import check_shards

__all__ = ["load_sharded"]


def load_sharded(path: Path, state, ranks) -> Checkpoint:
    """Read what this rank holds, however many ranks wrote; all ranks call it.

    Parameters
    ----------
    path : Path
        A folder that `ShardedCheckpoints.save` returned, in any other run.
    state : {name: tensor}
        Of the same names and shapes; filled in place. A DTensor is given
        its part.
    ranks : Ranks

    Returns
    -------
    Checkpoint
        All but the tensors.

    Raises
    ------
    ValueError
        On every rank, for damage, with what and where; for tensors of other
        names or shapes.
    """
    content = read_content(path)
    mine = sorted(content["shards"])[ranks.rank::ranks.size]
    found = ""
    try:
        check_shards(path, content, mine)
    except (DamagedFile, FileNotFoundError) as problem:
        found = str(problem)
    if found := ranks.blamed(bool(found), found):
        raise ValueError(found)
    check_names(path, content["tensors"], state)
    with warnings.catch_warnings():     # every rank reads for itself
        warnings.filterwarnings("ignore", "torch.distributed is disabled")
        dcp.load(state, storage_reader=dcp.HuggingFaceStorageReader(
            os.fspath(path)), no_dist=True)
    return checkpoint_of(path, content, {})


def check_names(path, stored, state) -> None:
    """ValueError where a checkpoint is of another model or optimizer"""
    for name in [name for name in state if name.startswith("scale.")]:
        if name not in stored:      # float16 begins here
            del state[name]
    own = {name: list(tensor.shape) for name, tensor in state.items()}
    stored = {name: shape for name, shape in stored.items()
              if name in own or not name.startswith("scale.")}
    if stored != own:
        name = min(name for name in stored.keys() | own
                   if stored.get(name) != own.get(name))
        raise ValueError(
            f"{path} has tensor {name} of shape {stored.get(name)}, expected "
            f"{own.get(name)}: it is of another model or optimizer")
