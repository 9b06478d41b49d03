"""Checkpoints as others write them: by transformers, and in TensorFlow's
bundle format by a writer that shares nothing with our reader."""
import struct

import numpy as np
import torch

from twinformer.models.config import GPT2Config

TINY = GPT2Config(vocab_size=11, context_length=6, d_model=8, n_heads=2, n_layers=2)


def hugging_face(config: GPT2Config = TINY, seed: int = 0, dtype=torch.float32):
    """transformers' GPT-2 of this shape; every weight is random, norms and biases too."""
    from transformers import GPT2Config as TheirConfig
    from transformers import GPT2LMHeadModel

    model = GPT2LMHeadModel(TheirConfig(
        vocab_size=config.vocab_size, n_positions=config.context_length, n_embd=config.d_model,
        n_head=config.n_heads, n_layer=config.n_layers, bos_token_id=None, eos_token_id=None,
        tie_word_embeddings=config.tie_embeddings, attn_implementation="eager",
        use_cache=False)).to(dtype).eval()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.normal_(1.0 if "ln_" in name and "weight" in name else 0.0, 0.3,
                              generator=generator)
    return model


def arrays_of(model, prefix="transformer."):
    """{name: array} as in a file of transformers, the tied head left out."""
    return {name.replace("transformer.", prefix): tensor.detach().numpy()
            for name, tensor in model.named_parameters()}


# What TensorFlow calls the weights; its convolutions have an axis of length 1 in front.
TENSORFLOW_NAMES = (
    ("transformer.", "model/"), (".h.", "/h"), ("h.", "h"), ("attn.c_attn", "attn/c_attn"),
    ("attn.c_proj", "attn/c_proj"), ("mlp.c_fc", "mlp/c_fc"), ("mlp.c_proj", "mlp/c_proj"),
    (".ln_1", "/ln_1"), (".ln_2", "/ln_2"), (".attn", "/attn"), (".mlp", "/mlp"))


def tensorflow_arrays(model):
    """The same weights under OpenAI's names and in its shapes."""
    arrays = {}
    for name, array in arrays_of(model).items():
        for theirs, openai in TENSORFLOW_NAMES:
            name = name.replace(theirs, openai)
        if "wte" in name or "wpe" in name:
            name = name.removesuffix(".weight")
        elif "ln_" in name:
            name = name.replace(".weight", "/g").replace(".bias", "/b")
        else:
            name = name.replace(".weight", "/w").replace(".bias", "/b")
        arrays[name] = array[None] if name.endswith("/w") else array
    return arrays


DTYPES = {"float32": 1, "float64": 2, "int32": 3, "int64": 9, "bfloat16": 14, "float16": 19}


def write_tensorflow(prefix, arrays, block_size=200, restart_every=4, bfloat16=(), shards=1):
    """Write {name: array} as TensorFlow's BundleWriter does.

    Small blocks and frequent restarts, so that a tiny model has many of both.
    """
    data = [b""] * shards
    entries = [(b"", proto((1, shards), (2, 0), (3, proto((1, 1)))))]
    for number, (name, array) in enumerate(sorted(arrays.items())):
        kind = "bfloat16" if name in bfloat16 else str(array.dtype)
        shard, raw = number % shards, np.ascontiguousarray(array).tobytes()
        shape = proto(*((2, proto((1, size))) for size in array.shape))
        entries.append((name.encode(), proto(
            (1, DTYPES[kind]), (2, shape), (3, shard), (4, len(data[shard])), (5, len(raw)),
            (6, struct.pack("<I", masked_crc(raw))))))
        data[shard] += raw
    for shard, content in enumerate(data):
        with open(f"{prefix}.data-{shard:05d}-of-{shards:05d}", "wb") as file:
            file.write(content)
    with open(f"{prefix}.index", "wb") as file:
        file.write(table(entries, block_size, restart_every))


def table(entries, block_size, restart_every):
    file, index, waiting = b"", [], []
    for number, entry in enumerate(entries):
        waiting.append(entry)
        if (number + 1 == len(entries)
                or sum(len(key) + len(value) for key, value in waiting) > block_size):
            content = block(waiting, restart_every)
            index.append((waiting[-1][0], varint(len(file)) + varint(len(content))))
            file += sealed(content)
            waiting = []
    footer = b""
    for part in ([], index):
        content = block(part, 1)
        footer += varint(len(file)) + varint(len(content))
        file += sealed(content)
    return file + footer.ljust(40, b"\0") + struct.pack("<Q", 0xDB4775248B80FB57)


def block(entries, restart_every):
    content, restarts, before = b"", [], b""
    for number, (key, value) in enumerate(entries):
        shared = 0
        if number % restart_every:
            while shared < min(len(key), len(before)) and key[shared] == before[shared]:
                shared += 1
        else:
            restarts.append(len(content))
        content += varint(shared) + varint(len(key) - shared) + varint(len(value))
        content += key[shared:] + value
        before = key
    restarts = restarts or [0]
    return content + struct.pack(f"<{len(restarts) + 1}I", *restarts, len(restarts))


def sealed(content):
    """A block, its compression (0, none) and its checksum."""
    return content + b"\0" + struct.pack("<I", masked_crc(content + b"\0"))


def varint(value):
    groups = b""
    while value > 0x7F:
        groups += bytes([value & 0x7F | 0x80])
        value >>= 7
    return groups + bytes([value])


def proto(*fields):
    """A protocol buffer of (number, int), (number, bytes); a field 6 of 4 bytes is fixed32."""
    message = b""
    for number, value in fields:
        if isinstance(value, int):
            if value:                       # zeros are left out
                message += varint(number << 3) + varint(value)
        elif number == 6:
            message += varint(number << 3 | 5) + value
        else:
            message += varint(number << 3 | 2) + varint(len(value)) + value
    return message


def masked_crc(data):
    """CRC-32C (Castagnoli), turned and shifted as LevelDB stores it."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ CRC_TABLE[(crc ^ byte) & 0xFF]
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def crc_of_byte(byte):
    for _ in range(8):
        byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
    return byte


CRC_TABLE = [crc_of_byte(byte) for byte in range(256)]
