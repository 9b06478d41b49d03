"""From a name, a folder or a file to a config and parameters of ours.

Whatever is wrong with a file is found here, before there is a model, and is
said in the names that the file itself uses.
"""
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..architectures.kinds import ENCODERS, KINDS
from ..io.gguf_io import is_gguf, open_gguf
from ..io.paths import expanded
from .checking import is_finite, listed, refuse_infinite
from .formats.format import Format
from .formats.gguf.registry import gguf_format
from .formats.llama2c import Llama2CFormat, is_llama2c, read_llama2c
from .formats.meta import META_FILE
from .formats.place import Arrays, Places, taken
from .formats.registry import format_of_file
from .hub import fetch
from .opening import open_weights
from .shards import INDEX, WEIGHTS_FILE

__all__ = ["IN_FOLDERS", "Opened", "find_weights", "open_pretrained", "read_pretrained"]

IN_FOLDERS = (WEIGHTS_FILE, INDEX, "pytorch_model.bin",
              "pytorch_model.bin.index.json", "model.ckpt.index", META_FILE)
Turn = Callable[[np.ndarray], Any]
ReadTorch = Callable[[Path], Arrays]    # reads the pickles of PyTorch, if anything can


def read_pretrained(source: str | os.PathLike, config: Any, read_torch: ReadTorch
                    ) -> tuple[Any, dict[str, np.ndarray]]:
    """The config and {our name: array}; the rest is load_pretrained's."""
    opened = open_pretrained(source, config, read_torch)
    return opened.config, opened.parameters()


class Opened:
    """Weights that fit their config, and are still in their file.

    Attributes
    ----------
    config
        The model's.
    places
        {our name: where it lies}.
    dtype
        Of all parameters: float32, or float64 where any of the file's is.
    turn
        What is made of each of them, as soon as it is read.
    """

    def __init__(self, path: Path, config: Any, places: Places, tensors: Arrays, turn: Turn):
        self.path, self.config, self.places, self.tensors = path, config, places, tensors
        self.turn = turn
        self.dtype = np.result_type(np.float32, *{tensor.dtype for tensor in tensors.values()})

    def parameters(self, wanted: Callable[[str], bool] = lambda name: True) -> dict[str, Any]:
        """{our name: array} of those that are wanted; views of the file where that can be.

        Raises
        ------
        ValueError
            Where any of their numbers is NaN or infinite.
        """
        return self.chosen({name: name for name in self.places if wanted(name)}, mapped=True)

    def chosen(self, names: Mapping[str, str], mapped: bool = False) -> dict[str, Any]:
        """The same of {any name: our name}, under the former; in memory of their own."""
        found: dict[str, Any] = {}
        bad: dict[str, None] = {}       # in order, each once
        for key, name in names.items():
            place = self.places[name]
            array = taken(place, self.tensors[place.tensor], mapped)
            if not is_finite(array):
                bad[place.tensor] = None
            found[key] = self.turn(array.astype(self.dtype, copy=False))
        refuse_infinite(self.path, list(bad))
        return found


def open_pretrained(source: str | os.PathLike, config: Any, read_torch: ReadTorch,
                    turn: Turn = lambda array: array) -> Opened:
    """Find, open and check weights; none is read that need not be.

    Raises
    ------
    FileNotFoundError, ConnectionError, ValueError
        As load_pretrained.
    """
    path = find_weights(source)
    if config is None and is_preset(source):
        config = published()[str(source)]
    if path.suffix == ".bin" and is_llama2c(path):
        found, in_file = read_llama2c(path)
        format: Format = Llama2CFormat()
        config = config or found
    elif is_gguf(path):
        file = open_gguf(path)
        in_file, format = file.tensors, gguf_format(file, config and config.kind)
    else:
        in_file = open_weights(path, read_torch)
        format = format_of_file(path, in_file, config and config.kind)
    return Opened(path, *format.fitted(path, in_file, config), turn)


def published() -> dict[str, Any]:
    """{name: config} of all that can be downloaded"""
    return {name: config for kind in (KINDS | ENCODERS).values()
            for name, config in kind.presets.items()}


def is_preset(source) -> bool:
    """As in transformers, a file or folder of that name comes first."""
    return str(source) in published() and not Path(source).exists()


def find_weights(source: str | os.PathLike) -> Path:
    """The file that holds the weights, or says in which files they are.

    Raises
    ------
    FileNotFoundError
        Where there is none.
    ConnectionError
        Where a preset has to be downloaded and cannot be.
    ValueError
        Where a folder holds several GGUF files.
    """
    if is_preset(source):
        return fetch(str(source))
    path = expanded(source)
    files = ([path / name for name in IN_FOLDERS] if path.is_dir()
             else [path, path.with_name(path.name + ".index")])
    for file in files:
        if file.is_file():
            return file
    if path.is_dir():
        in_gguf = sorted(path.glob("*.gguf"))
        if len(in_gguf) == 1:
            return in_gguf[0]
        if in_gguf:
            raise ValueError(f"the folder {path} holds {len(in_gguf)} models; name the file of "
                             f"one: {listed([file.name for file in in_gguf])}")
        raise FileNotFoundError(f"the folder {path} holds no weights; "
                                f"expected one of {', '.join(IN_FOLDERS)}, or a .gguf file")
    raise FileNotFoundError(
        f"there is no file or folder {path}, and no published size of that "
        f"name; those are {', '.join(published())}")
