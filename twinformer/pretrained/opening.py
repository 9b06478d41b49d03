"""Files of weights, opened: {name in the file: tensor}, of which np.asarray makes an array."""
import json
from collections.abc import Callable
from pathlib import Path

from ..io.safetensors_io import open_safetensors
from ..io.text_files import read_text
from .checking import listed
from .formats.place import Arrays
from .tensorflow_io import read_tensorflow

__all__ = ["open_weights"]


def open_weights(path: Path, read_torch: Callable[[Path], Arrays]) -> Arrays:
    """All tensors under the names they have in the file, or in its shards.

    Raises
    ------
    FileNotFoundError, ValueError
        Where a file is missing, damaged or of no known format.
    """
    if path.name.endswith(".index.json"):
        return open_shards(path, read_torch)
    if path.suffix == ".safetensors":
        return open_safetensors(path)
    if path.suffix in (".bin", ".pt", ".pth"):
        return read_torch(path)
    if path.suffix == ".index" or ".data-" in path.name:
        prefix = path.name.removesuffix(".index").split(".data-")[0]
        return read_tensorflow(path.with_name(prefix))
    raise ValueError(
        f"{path} is of no format known here; expected .safetensors, .gguf, .bin, .pth, a "
        "TensorFlow checkpoint's .index, or a folder with one of them")


def open_shards(index: Path, read_torch: Callable[[Path], Arrays]) -> Arrays:
    """Weights too large for one file; the index says which is where."""
    try:
        shards = json.loads(read_text(index))["weight_map"]
        names = sorted(set(shards.values()))
        if any(Path(name).name != name for name in names):
            raise ValueError("it leads out of its folder")
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise ValueError(f"{index} is no index of shards: {problem}; expected "
                         '{"weight_map": {tensor: file}}') from None
    contents = {name: open_weights(index.with_name(name), read_torch) for name in names}
    if missing := [tensor for tensor, shard in shards.items() if tensor not in contents[shard]]:
        raise ValueError(f"{index.with_name(shards[missing[0]])} lacks {listed(missing)}, which "
                         f"{index.name} says it has")
    return {tensor: contents[shard][tensor] for tensor, shard in shards.items()}
