"""Checkpoints with random weights, of any kind and size: what benchmarks load."""
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from twinformer.io.strict_json import json_text
from twinformer.pretrained.formats.registry import FORMATS, config_text
from twinformer.pretrained.shards import INDEX, WEIGHTS_FILE, split

__all__ = ["write_checkpoint"]

SIZES = {"float32": ("F32", 4), "bfloat16": ("BF16", 2)}
DRAWN = 1 << 22     # random numbers, which are used again and again


def write_checkpoint(folder: Path, config, dtype: str = "float32",
                     shard_bytes: int = 5 * 10**9) -> int:
    """A folder as transformers writes it, a tensor at a time; returns the bytes of its weights."""
    name_of, size = SIZES[dtype]
    format = FORMATS[config.kind]
    shapes = format.shapes_there(config, format.places(config))
    rows = split({name: size * int(np.prod(shape)) for name, shape in shapes.items()},
                 shard_bytes)
    generator = np.random.default_rng(0)
    drawn = generator.standard_normal(DRAWN, np.float32) * np.float32(0.02)
    index, total = {}, 0
    for number, row in enumerate(rows, 1):
        file = (WEIGHTS_FILE if len(rows) == 1
                else f"model-{number:05d}-of-{len(rows):05d}.safetensors")
        header: dict[str, dict] = {"__metadata__": {"format": "pt"}}
        offset = 0
        for name in row:
            end = offset + size * int(np.prod(shapes[name]))
            header[name] = {"dtype": name_of, "shape": shapes[name],
                            "data_offsets": [offset, end]}
            index[name], offset = file, end
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        with open(folder / file, "wb") as out:
            out.write(len(text).to_bytes(8, "little") + text)
            for name in row:
                one = np.float32("norm" in name and config.kind != "gemma3")
                for numbers in pieces(drawn, int(np.prod(shapes[name])), generator):
                    numbers = numbers + one
                    if dtype == "bfloat16":
                        numbers = (numbers.view(np.uint32) >> 16).astype(np.uint16)
                    numbers.tofile(out)
        total += offset
    if len(rows) > 1:
        (folder / INDEX).write_text(json_text({"weight_map": index}))
    (folder / "config.json").write_text(config_text(config, dtype))
    return total


def pieces(drawn: np.ndarray, count: int, generator) -> Iterator[np.ndarray]:
    """Count numbers, from anywhere among those that were drawn"""
    while count:
        start = int(generator.integers(len(drawn)))
        piece = drawn[start:start + count]
        yield piece
        count -= len(piece)
