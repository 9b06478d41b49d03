"""GGUF files as they should be, and as they should not: what is read is what the library gguf
reads, and a hundred mutilated files are refused, quickly and in words."""
import random
import struct

import numpy as np
import pytest

from numpy_impl import BPETokenizer
from twinformer.backend import implementation
from twinformer.chat.files import template_in
from twinformer.export.gguf_file import export_gguf
from twinformer.io.gguf_io import is_gguf, open_gguf
from twinformer.pretrained.formats.mxfp4 import unpacked
from twinformer.pretrained.reading import open_pretrained
from twinformer.tokenizers.registry import load_tokenizer

from ..tiny_gguf import gguf_run

gguf = pytest.importorskip("gguf")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    file = tmp_path_factory.mktemp("gguf") / "whole.gguf"
    export_gguf(gguf_run("qwen3_moe", task={"template": "chatml"}), str(file), "q8_0")
    return file


def written(path, fields=(), tensors=(), architecture="llama"):
    writer = gguf.GGUFWriter(path, architecture)
    for method, *values in fields:
        getattr(writer, f"add_{method}")(*values)
    for name, array in tensors:
        writer.add_tensor(name, array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def test_all_that_the_library_reads(whole):
    file, peer = open_gguf(whole), gguf.GGUFReader(whole)
    theirs = {name: field.contents() for name, field in peer.fields.items()
              if not name.startswith("GGUF.")}
    assert file.fields.keys() == theirs.keys() and len(theirs) > 20
    for name, value in theirs.items():
        ours = file.fields[name]
        assert np.array_equal(ours, np.float32(value) if isinstance(value, float) and isinstance(
            ours, np.ndarray) else value) or np.float32(ours) == np.float32(value)
    assert list(file.tensors) == [tensor.name for tensor in peer.tensors]
    for tensor in peer.tensors:
        expected = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        ours = file.tensors[tensor.name]
        assert ours.stored == tensor.tensor_type.name
        assert np.array_equal(np.asarray(ours), expected)
        assert np.array_equal(ours[0], expected[0])


def test_numbers_are_the_shortest_decimals_and_pieces_do_not_show(whole, tmp_path, monkeypatch):
    file = open_gguf(whole)
    assert file.fields["qwen3moe.attention.layer_norm_rms_epsilon"] == 1e-6
    tensor = file.tensors["token_embd.weight"]
    expected = tensor.copy()
    monkeypatch.setattr(type(tensor), "PIECE", 96)
    assert np.array_equal(tensor.copy(), expected)


def test_mxfp4_is_what_gpt_oss_is_published_in(tmp_path):
    numbers = np.random.default_rng(0).normal(size=(2, 3, 64)).astype(np.float32)
    writer = gguf.GGUFWriter(tmp_path / "m.gguf", "gpt-oss")
    packed = gguf.quants.quantize(numbers, gguf.GGMLQuantizationType.MXFP4)
    writer.add_tensor("x", packed, raw_dtype=gguf.GGMLQuantizationType.MXFP4)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    tensor = open_gguf(tmp_path / "m.gguf").tensors["x"]
    blocks = packed.reshape(6, 2, 17)   # a scale, and 16 bytes: the first halves, then the others
    low, high = blocks[..., 1:] & 15, blocks[..., 1:] >> 4
    numbers = np.concatenate([low, high], -1)
    ours = unpacked(numbers[..., 0::2] | numbers[..., 1::2] << 4, blocks[..., 0])
    assert np.array_equal(np.asarray(tensor), ours.reshape(2, 3, 64))
    assert np.array_equal(tensor[1], ours.reshape(2, 3, 64)[1])


def test_a_file_without_an_ending_is_known_by_its_beginning(whole, tmp_path):
    blob = tmp_path / "sha256-0123"
    blob.write_bytes(whole.read_bytes())
    assert is_gguf(blob) and not is_gguf(tmp_path)
    (tmp_path / "text").write_text("none")
    assert not is_gguf(tmp_path / "text")
    assert load_tokenizer(blob, BPETokenizer).vocab_size == 257


def everything(path):
    """All that anybody reads of a file."""
    opened = open_pretrained(path, None, implementation("numpy").read_torch)
    load_tokenizer(path, BPETokenizer)
    template_in(path)
    return opened.parameters()


def mutilated(data, end, seed):
    """A file with some of its bytes other than they were; end : of its header"""
    random.seed(seed)
    data, at = bytearray(data), random.randrange(end)
    match seed % 5:
        case 0:
            return data[:random.randrange(len(data))]
        case 1:                                             # a length, a count, a kind that lies
            return data[:at] + struct.pack("<Q", random.choice(
                (2 ** 64 - 1, 2 ** 63, 2 ** 32, 2 ** 40, 10 ** 7))) + data[at + 8:]
        case 2:
            del data[at:at + random.randrange(1, 200)]
        case 3:
            for _ in range(20):
                data[random.randrange(end)] = random.randrange(256)
        case _:
            data[at:at] = bytes(random.randrange(1, 100))
    return data


def test_a_hundred_mutilated_files(whole, tmp_path):
    """Each is refused by a ValueError that names it, or was changed where nobody looks."""
    from twinformer.io.gguf_header import read_header

    data = whole.read_bytes()
    end = read_header(np.frombuffer(data, np.uint8)).end
    path, refused = tmp_path / "bad.gguf", 0
    for seed in range(100):
        path.write_bytes(mutilated(data, end, seed))
        try:
            everything(path)
        except ValueError as problem:
            assert str(path) in str(problem), (seed, problem)
            assert len(str(problem)) < 3000, seed
            refused += 1
    assert refused > 70


@pytest.mark.parametrize(("bytes_", "words"), [
    (b"", "begins with b''"), (b"GGML" + bytes(40), "begins with b'GGML'"),
    (b"GGUF" + struct.pack("<IQQ", 1, 0, 0), "version 1; versions 2 and 3"),
    (b"GGUF" + struct.pack(">IQQ", 3, 0, 0), "another machine"),
    (b"GGUF" + struct.pack("<IQQ", 3, 2 ** 60, 2 ** 60), "cut off"),
    (b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 2 ** 62), "cut off"),
    (b"GGUF" + struct.pack("<IQQQ1sIIQ", 3, 0, 1, 1, b"a", 9, 0, 2 ** 62), "2 numbers|numbers"),
    (b"GGUF" + struct.pack("<IQQQ1sIIQ", 3, 0, 1, 1, b"a", 9, 8, 2 ** 60), "cut off"),
    (b"GGUF" + struct.pack("<IQQQ1sIIQ", 3, 0, 1, 1, b"a", 9, 9, 1), "values of the kind 9"),
    (b"GGUF" + struct.pack("<IQQQ1sIQ", 3, 0, 1, 1, b"a", 77, 1), "unknown kind 77"),
    (b"GGUF" + struct.pack("<IQQQ1sIQ1s", 3, 0, 1, 1, b"a", 8, 1, b"\xff"), "no UTF-8"),
    (b"GGUF" + struct.pack("<IQQQ1sI16s", 3, 1, 0, 1, b"t", 9, bytes(16)), "9 axes"),
    (b"GGUF" + struct.pack("<IQQQ1sIQIQ", 3, 1, 0, 1, b"t", 1, 2 ** 62, 0, 0), "cut off"),
    (b"GGUF" + struct.pack("<IQQQ1sIQIQ", 3, 1, 0, 1, b"t", 1, 1, 99, 0), "unknown kind 99"),
    (b"GGUF" + struct.pack("<IQQQ1sIQIQ", 3, 1, 0, 1, b"t", 1, 31, 8, 0), "no multiple of the 32"),
])
def test_what_lies_is_named(bytes_, words, tmp_path):
    (tmp_path / "bad.gguf").write_bytes(bytes_)
    with pytest.raises(ValueError, match=rf"bad\.gguf is damaged, or no GGUF file .*({words})"):
        open_gguf(tmp_path / "bad.gguf")


@pytest.mark.parametrize("name", [
    "tokenizer.ggml.eos_token_id", "tokenizer.ggml.model", "split.count",
    "tokenizer.chat_template"])
def test_a_list_in_the_place_of_a_value_is_named(name, tmp_path):
    path = written(tmp_path / "m.gguf", [("array", name, [1, 2])],
                   [("x", np.zeros(4, np.float32))])
    with pytest.raises(ValueError, match=rf"m\.gguf is damaged.*its {name} is a list"):
        open_gguf(path)


def test_one_of_several_files_says_how_to_make_one(tmp_path):
    path = written(tmp_path / "m-00001-of-00003.gguf", [("uint16", "split.count", 3)],
                   [("x", np.zeros(4, np.float32))])
    with pytest.raises(ValueError, match="one of 3 files.*llama-gguf-split --merge"):
        open_gguf(path)


def test_quantised_otherwise_and_other_architectures_are_refused_by_name(tmp_path, whole):
    writer = gguf.GGUFWriter(tmp_path / "q4.gguf", "llama")
    for name in ("blk.0.attn_q.weight", "blk.1.attn_q.weight"):
        writer.add_tensor(name, np.zeros((2, 144), np.uint8),
                          raw_dtype=gguf.GGMLQuantizationType.Q4_K)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    with pytest.raises(ValueError, match=r"2 of Q4_K \(blk\.0\.attn_q\.weight\); expected F32, "
                                         "F16, BF16, Q8_0, MXFP4"):
        everything(tmp_path / "q4.gguf")
    path = written(tmp_path / "qwen2.gguf", architecture="qwen2")
    with pytest.raises(ValueError, match="'qwen2'.*those that can be read are gpt2, llama, qwen3, "
                                         "qwen3moe, gemma3, olmo2, gpt-oss"):
        everything(path)
    with pytest.raises(ValueError, match="is of a qwen3_moe, and a llama is expected"):
        open_pretrained(whole, gguf_run("llama").config.model, None)


def test_several_in_a_folder(tmp_path, whole):
    from twinformer.pretrained.reading import find_weights

    (tmp_path / "a.gguf").write_bytes(b"")
    assert find_weights(tmp_path) == tmp_path / "a.gguf"
    (tmp_path / "b.gguf").write_bytes(b"")
    with pytest.raises(ValueError, match=r"holds 2 models; name the file of one: a\.gguf, b"):
        find_weights(tmp_path)
