"""Who writes a checkpoint of several ranks: one file a rank, in a draft that
takes the checkpoint's name when all is written.

torch.distributed.checkpoint copies what a rank holds, and a thread writes the
copy. The files are safetensors, sealed by JSON.
"""
from itertools import chain
from pathlib import Path

import torch
import torch.distributed.checkpoint as dcp
from torch.futures import Future

from twinformer.io.atomic_folder import new_draft, put_in_place
from twinformer.runs.checkpoint import drop_all_but
from twinformer.runs.checkpoint_files import Checkpoint, write_content
from twinformer.runs.shards import describe_shard

__all__ = ["ShardWriter"]


class ShardWriter(dcp.HuggingFaceStorageWriter):
    """One file a rank, in a draft that becomes the checkpoint at the end."""

    def __init__(self, target: Path, checkpoint: Checkpoint, keep: int):
        self.target, self.checkpoint, self.keep = target, checkpoint, keep
        draft = target.with_name(f".writing-ranks-{target.name}")
        super().__init__(str(draft), save_distributed=True)

    def prepare_local_plan(self, plan):
        if self.rank == 0:      # before anybody writes
            new_draft(self.target, "ranks").mkdir()
        return plan

    def write_data(self, plan, planner):
        """This rank's file; its record is what the coordinator gets"""
        if not self.path.is_dir():
            raise OSError("the folder that rank 0 made is not to be seen "
                          "here; expected a file system that all hosts share")
        written = super().write_data(plan, planner).wait()
        files = {result.storage_data.relative_path for result in written}
        sealed = Future()
        sealed.set_result([(file, describe_shard(self.path / file))
                           for file in files])
        return sealed

    def finish(self, metadata, results):
        """Rank 0, when all have written"""
        write_content(self.path, self.checkpoint, {
            "shards": dict(sorted(chain.from_iterable(results))),
            "tensors": {name: list(about.size) for name, about
                        in metadata.state_dict_metadata.items()}})
        put_in_place(self.path, self.target)
        drop_all_but(self.keep, self.target.parent)


class Contiguous(dcp.DefaultSavePlanner):
    """Pieces as safetensors wants them: laid out row by row"""

    def transform_object(self, write_item, obj):
        obj = super().transform_object(write_item, obj)
        return obj.contiguous() if isinstance(obj, torch.Tensor) else obj
