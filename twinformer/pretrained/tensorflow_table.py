"""The small database that TensorFlow keeps its checkpoints' index in: a
sorted table of LevelDB's kind.

    blocks of keys and values     each with its compression and checksum
    a block about blocks          empty here
    the index block               last key of a block -> where the block is
    48 bytes                      where those two are, and a magic number

Described in tensorflow/core/lib/io/table_format.txt of TensorFlow's source.
"""
from collections.abc import Iterator

__all__ = ["read_table", "varint"]

MAGIC = 0xDB4775248B80FB57
FOOTER = 48
Entries = Iterator[tuple[bytes, bytes]]


def read_table(data: bytes) -> Entries:
    """The keys and values of a whole table, in order.

    Raises
    ------
    ValueError, IndexError
        Where it is damaged.
    """
    footer = data[-FOOTER:]
    if int.from_bytes(footer[-8:], "little") != MAGIC:
        raise ValueError("its last eight bytes are not a table's")
    _, _, at = handle(footer, 0)
    offset, size, _ = handle(footer, at)
    for _, value in block(data, offset, size):
        offset, size, _ = handle(value, 0)
        yield from block(data, offset, size)


def handle(data: bytes, at: int) -> tuple[int, int, int]:
    """Offset and size of a block, and where the bytes after it begin"""
    offset, at = varint(data, at)
    size, at = varint(data, at)
    return offset, size, at


def block(data: bytes, offset: int, size: int) -> Entries:
    """The keys and values of one block.

    Each key is written as the number of letters that it shares with the key
    before, and the rest. At the end stand the places where the sharing
    begins anew, for searching, and how many they are.
    """
    sealed = data[offset:offset + size + 1]
    checksum = int.from_bytes(data[offset + size + 1:offset + size + 5],
                              "little")
    if masked(crc32c(sealed)) != checksum:
        raise ValueError("a checksum differs")
    if sealed[size] != 0:
        raise ValueError("it is compressed, which TensorFlow's never are")
    restarts = int.from_bytes(sealed[size - 4:size], "little")
    end = size - 4 - 4 * restarts
    at, key = 0, b""
    while at < end:
        shared, at = varint(sealed, at)
        rest, at = varint(sealed, at)
        length, at = varint(sealed, at)
        key = key[:shared] + sealed[at:at + rest]
        at += rest
        yield key, sealed[at:at + length]
        at += length


def varint(data: bytes, at: int) -> tuple[int, int]:
    """An integer in groups of seven bits, lowest first, and what is next"""
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def crc32c(data: bytes) -> int:
    """Castagnoli's checksum, bit by bit: the index is some kilobytes."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(crc: int) -> int:
    """As it is stored, for a checksum of a checksum would be weak."""
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
