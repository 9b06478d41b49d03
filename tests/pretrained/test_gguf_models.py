"""A model goes into a GGUF file and comes back: the same config, weights and text."""
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from twinformer.backend import implementation
from twinformer.commands.opening import open_model
from twinformer.export.gguf_file import export_gguf
from twinformer.pretrained.formats.gguf.llama import slowed

from ..tiny_gguf import GGUF_KINDS, gguf_run

gguf = pytest.importorskip("gguf")
PROMPT = list("Hello 你好".encode())


def text_of(backend, config, parameters, length=12):
    package = implementation(backend)
    return list(package.generate(package.model_of(config, parameters), PROMPT, length,
                                 temperature=0))


@pytest.mark.parametrize("kind", GGUF_KINDS)
def test_out_and_in_again(kind, tmp_path):
    run = gguf_run(kind)
    export_gguf(run, str(tmp_path / "m.gguf"), "f32")
    config, expected = run.config.model, run.parameters
    opened = open_model(str(tmp_path / "m.gguf"), "numpy")
    assert opened.config.model == config
    assert opened.parameters.keys() == expected.keys()
    for name, array in expected.items():
        found = opened.parameters[name]
        assert found.dtype == np.float32 and found.shape == array.shape
        if name.endswith(".offset"):    # 1 + offset is rounded, and the difference exact
            assert np.abs(found - array).max() <= np.spacing(np.float32(2)) / 2
        else:
            assert np.array_equal(found, array)
    texts = [text_of("numpy", config, expected)]
    for backend in ("numpy", "torch"):
        model = implementation(backend).load_pretrained(tmp_path / "m.gguf")
        assert model.config == config
        texts.append(list(implementation(backend).generate(model, PROMPT, 12, temperature=0)))
    assert texts[1] == texts[0] == texts[2]


# half a unit in the last place, of the largest number of a block for Q8_0, whose scale is a half
@pytest.mark.parametrize(("dtype", "bound"), [
    ("f16", lambda x: np.maximum(np.abs(x) * 2.0 ** -11, 2.0 ** -25)),
    ("bf16", lambda x: np.abs(x) * 2.0 ** -8),
    ("q8_0", lambda x: np.repeat(np.abs(x.reshape(-1, 32)).max(1), 32).reshape(x.shape)
     * (0.5 / 127 + 2.0 ** -11) * (1 + 1e-6))])
@pytest.mark.parametrize("kind", ["llama", "qwen3_moe", "gpt2", "gpt_oss"])
def test_rounding_is_the_formats_own(kind, dtype, bound, tmp_path):
    run = gguf_run(kind)
    export_gguf(run, str(tmp_path / "m.gguf"), dtype)
    found = open_model(str(tmp_path / "m.gguf"), "numpy")
    assert found.config.model == run.config.model
    rounded = 0
    for name, array in run.parameters.items():
        error = np.abs(found.parameters[name] - array)
        single = array.ndim == 1 or ".router." in name
        assert (error <= (0 if single else bound(array))).all(), name
        rounded += bool(error.any())
    assert rounded > 5


def test_other_shapes_of_the_same_kinds(tmp_path):
    for number, run in enumerate((
            gguf_run("gpt2", qkv_bias=False), gguf_run("llama", rope_interleaved=True),
            gguf_run("llama", tie_embeddings=False), gguf_run("olmo3", global_every=1),
            gguf_run("gpt_oss", tie_embeddings=False, yarn_factor=1.0),
            gguf_run("llama", rope_factor=4.0, rope_low_factor=2.0, rope_high_factor=9.0,
                     rope_original_length=100),
            gguf_run("gemma3", query_scale=16.0), gguf_run("qwen3", norm_eps=1e-5))):
        file = tmp_path / f"{number}.gguf"
        export_gguf(run, str(file), "f32")
        opened = open_model(str(file), "numpy")
        assert opened.config.model == run.config.model
        assert text_of("numpy", opened.config.model, opened.parameters) == text_of(
            "numpy", run.config.model, run.parameters)


def again(source, target, keep=lambda name: True, fields=(), tensors=()):
    """The same file, as others write it: without fields of ours, with others."""
    reader = gguf.GGUFReader(source)
    writer = gguf.GGUFWriter(target, reader.fields["general.architecture"].contents())
    for name, field in reader.fields.items():
        if keep(name) and not name.startswith(("GGUF.", "twinformer.", "general.arch")):
            sub = field.types[-1] if field.types[0] == gguf.GGUFValueType.ARRAY else None
            writer.add_key_value(name, field.contents(), field.types[0], sub_type=sub)
    for method, *values in fields:
        getattr(writer, f"add_{method}")(*values)
    for tensor in reader.tensors:
        if keep(tensor.name):
            writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
    for name, array in tensors:
        writer.add_tensor(name, array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return str(target)


@pytest.mark.parametrize("kind", GGUF_KINDS)
def test_what_others_write_needs_no_field_of_ours(kind, tmp_path):
    run = gguf_run(kind)
    export_gguf(run, str(tmp_path / "m.gguf"), "f32")
    opened = open_model(again(tmp_path / "m.gguf", tmp_path / "o.gguf"), "numpy")
    usual = {"gpt2": {"dropout": 0.1}, "gemma3": {"query_scale": 16.0}}.get(kind, {})
    assert opened.config.model == replace(run.config.model, **usual)
    assert text_of("numpy", opened.config.model, opened.parameters) == text_of(
        "numpy", run.config.model, run.parameters)


@pytest.mark.parametrize(("factor", "length"), [(8.0, 8192), (32.0, 8192), (8.0, 256)])
def test_llama_3s_scaling_is_found_in_its_factors(factor, length, tmp_path):
    run = gguf_run("llama", rope_factor=factor, rope_original_length=length, rope_theta=500000.0,
                   context_length=512)
    export_gguf(run, str(tmp_path / "m.gguf"), "f32")
    opened = open_model(again(tmp_path / "m.gguf", tmp_path / "o.gguf"), "numpy")
    assert opened.config.model == run.config.model
    factors = slowed(run.config.model)
    factors[3] *= 1.01
    other = again(tmp_path / "m.gguf", tmp_path / "p.gguf",
                  lambda name: name != "rope_freqs.weight", (),
                  [("rope_freqs.weight", factors)])
    with pytest.raises(ValueError, match=r"p\.gguf.*rope_freqs\.weight slows rotary positions"):
        open_model(other, "numpy")


def test_an_old_gpt2_with_its_embedding_twice(tmp_path):
    run = gguf_run("gpt2")
    export_gguf(run, str(tmp_path / "m.gguf"), "f32")
    table = run.parameters["token_embedding.weight"]
    for head, tied in ((table, True), (table + 1, False)):
        path = again(tmp_path / "m.gguf", tmp_path / f"{tied}.gguf", tensors=[
            ("output.weight", np.ascontiguousarray(head))])
        assert open_model(path, "numpy").config.model.tie_embeddings == tied


def test_an_olmo_2_has_no_windows_and_gpt_oss_may_say_its_own(tmp_path):
    export_gguf(gguf_run("olmo3"), str(tmp_path / "m.gguf"), "f32")
    found = open_model(again(tmp_path / "m.gguf", tmp_path / "o.gguf",
                             lambda name: "sliding" not in name), "numpy").config.model
    assert found.global_every == 1 and found.window(0) is None
    export_gguf(gguf_run("gpt_oss"), str(tmp_path / "g.gguf"), "f32")
    prefix = "gpt-oss.attention.sliding_window_pattern"
    for pattern, fits in (([True, False], True), ([False, True], False)):
        path = again(tmp_path / "g.gguf", tmp_path / f"{fits}.gguf", fields=[
            ("array", prefix, pattern)])
        if fits:
            assert open_model(path, "numpy").config.model.kind == "gpt_oss"
        else:
            with pytest.raises(ValueError, match="sliding_window_pattern|every other layer"):
                open_model(path, "numpy")


@pytest.mark.parametrize(("fields", "words"), [
    ([("uint32", "llama.expert_count", 8)], "has expert_count, which Llama here does not know"),
    ([("float32", "llama.attention.scale", 0.5)], "has attention.scale"),
    ([("string", "llama.rope.scaling.type", "linear")], "rope.scaling.type is 'linear'"),
    ([("array", "llama.some_flags", [True, False])], "has some_flags"),
])
def test_what_would_change_the_mathematics_is_named(fields, words, tmp_path):
    export_gguf(gguf_run("llama"), str(tmp_path / "m.gguf"), "f32")
    path = again(tmp_path / "m.gguf", tmp_path / "o.gguf", fields=fields)
    with pytest.raises(ValueError, match=words):
        open_model(path, "numpy")


@pytest.mark.parametrize(("field", "value", "words"), [
    ("block_count", 2 ** 31, "block_count is 2147483648, and the file has"),
    ("block_count", 3, r"missing blk\.2\.attn_q\.weight"),
    ("attention.head_count", 3, "rope.dimension_count|does not divide|instead of"),
    ("attention.key_length", 8, "rope.dimension_count is 16|value_length is 16"),
    ("embedding_length", 32, r"token_embd\.weight is \(257, 64\) instead of \(257, 32\)"),
    ("rope.freq_base", -1.0, "expected a positive number rope.freq_base"),
    ("expert_count", 10 ** 6, "expert_count is 1000000, and blk.0.ffn_gate_inp.weight"),
    ("expert_used_count", 9, "n_active"),
])
def test_numbers_that_lie(field, value, words, tmp_path):
    run = gguf_run("qwen3_moe")
    export_gguf(run, str(tmp_path / "m.gguf"), "f32")
    name = f"qwen3moe.{field}"
    path = again(tmp_path / "m.gguf", tmp_path / "o.gguf", lambda each: each != name,
                 [("float32" if isinstance(value, float) else "uint32", name, value)])
    with pytest.raises(ValueError, match=rf"o\.gguf.*({words})"):
        open_model(path, "numpy")


def test_tensors_that_are_missing_or_infinite(tmp_path):
    run = gguf_run("llama")
    run.parameters["blocks.1.norm2.weight"][3] = np.nan
    export_gguf(run, str(tmp_path / "m.gguf"), "f32")
    with pytest.raises(ValueError, match=r"NaN or infinity .*, in blk\.1\.ffn_norm"):
        open_model(str(tmp_path / "m.gguf"), "numpy")
    for lost in ("blk.0.attn_k.weight", "token_embd.weight"):
        path = again(tmp_path / "m.gguf", tmp_path / f"{lost}.gguf", lambda name, lost=lost:
                     name != lost)
        with pytest.raises(ValueError, match=f"(missing|has no) {lost}"):
            open_model(path, "numpy")


def test_experts_stay_in_the_file_until_they_are_needed(tmp_path):
    run = gguf_run("qwen3_moe")
    export_gguf(run, str(tmp_path / "m.gguf"), "q8_0")
    for backend in ("numpy", "torch"):
        package = implementation(backend)
        whole, lazy = (package.load_pretrained(tmp_path / "m.gguf", lazily=lazily)
                       for lazily in (False, True))
        assert list(package.generate(lazy, PROMPT, 8, temperature=0)) == list(
            package.generate(whole, PROMPT, 8, temperature=0))


def test_memory_is_that_of_the_arrays(tmp_path, monkeypatch):
    """A tensor at a time is widened, in pieces; and single precision is the file itself."""
    from twinformer.io.gguf_io import GGUFTensor
    from twinformer.pretrained.reading import open_pretrained

    monkeypatch.setattr(GGUFTensor, "PIECE", 1 << 14)
    run = gguf_run("llama", d_model=128, d_hidden=512, n_layers=12)
    size = sum(array.nbytes for array in run.parameters.values())
    for dtype, most in (("q8_0", 1.1), ("bf16", 1.1), ("f32", 0.3)):    # Llama's rows are copied
        export_gguf(run, str(tmp_path / f"{dtype}.gguf"), dtype)
        opened = open_pretrained(tmp_path / f"{dtype}.gguf", None, None)
        tracemalloc.start()
        opened.parameters()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak <= most * size, (dtype, peak / size)
