"""A safetensors file by hand: a length, a header in JSON, and bytes."""
import json
import struct

import numpy as np

DTYPES = {"F32": "<f4", "I64": "<i8"}


def read(data):
    """the bytes of a file -> {name: array}"""
    # <answer>
    (n,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + n])
    found = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            array = np.frombuffer(data[8 + n + begin:8 + n + end], DTYPES[entry["dtype"]])
            found[name] = array.reshape(entry["shape"])
    return found
    # </answer>
