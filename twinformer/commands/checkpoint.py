"""Look at a run's checkpoint: is it whole? And write it in another form.

  twinformer checkpoint runs/run-1                 what it is, every digest compared
  twinformer checkpoint runs/run-1 --shards 8      in 8 files, for as many ranks to read
  twinformer checkpoint runs/run-1 --whole         in one file again

A run of several ranks writes one file a rank (torch.distributed.checkpoint, in
safetensors); all other runs write one. All commands read both, and a run goes
on from either, with any number of ranks. The new form takes the place of the
old one, in one step, with the same numbers.
"""
from pathlib import Path

__all__ = ["add_arguments", "run"]


def add_arguments(parser) -> None:
    parser.add_argument("run", type=str,
                        help="A run, for its newest checkpoint, or one checkpoint in it.")
    parser.add_argument("--shards", type=int, default=0, metavar="N",
                        help="Write it in N files, which differ by rows of the tensors.")
    parser.add_argument("--whole", action="store_true", help="Write it in one file.")


def run(arguments) -> None:
    """Read it, say what it is, and convert it."""
    from ..configs.checks import require
    from ..runs.checkpoint import load_checkpoint, replace_checkpoint
    from ..runs.run_folder import newest_path

    require(arguments.shards >= 0, f"--shards must not be negative, got {arguments.shards}")
    require(not (arguments.shards and arguments.whole),
            "--shards and --whole say the opposite; leave one of them out")
    path = newest_path(Path(arguments.run))
    checkpoint = load_checkpoint(path)
    if arguments.shards or arguments.whole:
        replace_checkpoint(path, checkpoint, arguments.shards)
    print(described(path, checkpoint))


def described(path: Path, checkpoint) -> str:
    """A checkpoint that has been read whole, in a line."""
    files = sorted(path.glob("*.safetensors"))
    size = sum(file.stat().st_size for file in files)
    numbers = sum(array.size for array in checkpoint.tensors.values())
    form = "1 file" if len(files) == 1 else f"{len(files)} files"
    return (f"{path}: step {checkpoint.step}, {len(checkpoint.tensors)} tensors of {numbers:,} "
            f"numbers in {form} of {size:,} bytes; whole, every digest compared")
