"""GGUF files: each array under the name, and in the order, that llama.cpp expects.

Where TWINFORMER_LLAMA names a folder with node-llama-cpp (npm install node-llama-cpp), llama.cpp
itself opens the files, and writes the same greedy tokens.
"""
import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from parity_tests.agreement import assert_rounding
from twinformer.backend import implementation
from twinformer.commands.main import main
from twinformer.export.gguf_file import export_gguf
from twinformer.pretrained.formats.llama import rows
from twinformer.tokenizers.characters import CharacterTokenizer

from ..tiny_gguf import GGUF_KINDS, gguf_run
from ..tiny_kinds import tiny_model
from ..tiny_run import tiny_run

gguf = pytest.importorskip("gguf")

def read(file):
    reader = gguf.GGUFReader(file)
    return ({name: field.contents() for name, field in reader.fields.items()},
            {tensor.name: (gguf.quants.dequantize(tensor.data, tensor.tensor_type),
                           tensor.tensor_type.name) for tensor in reader.tensors})


@pytest.mark.parametrize("kind", GGUF_KINDS)
def test_every_number_is_there(kind, tmp_path):
    run = gguf_run(kind)
    export_gguf(run, str(tmp_path / "m.gguf"), "f32")
    fields, tensors = read(tmp_path / "m.gguf")
    config, p = run.config.model, run.parameters
    name = fields["general.architecture"]
    assert fields[f"{name}.context_length"] == 64
    assert fields[f"{name}.block_count"] == config.n_layers
    assert len(fields["tokenizer.ggml.tokens"]) == len(fields["tokenizer.ggml.token_type"]) == 257
    assert fields["tokenizer.ggml.eos_token_id"] == 256
    assert sum(array.size for array, _ in tensors.values()) == sum(
        array.size for array in p.values()) + (     # llama.cpp wants theirs twice
        p["token_embedding.weight"].size if kind in ("olmo3", "gpt_oss") else 0)
    assert (tensors["token_embd.weight"][0] == p["token_embedding.weight"]).all()
    last = "offset" if kind == "gemma3" else "weight"
    assert (tensors["output_norm.weight"][0] == p[f"final_norm.{last}"] + (last == "offset")).all()
    if kind == "qwen3_moe":
        assert (tensors["blk.1.ffn_up_exps.weight"][0][2]
                == p["blocks.1.feed_forward.experts.2.up.weight"]).all()
    if kind == "llama":
        assert (tensors["blk.0.attn_v.weight"][0] == p["blocks.0.attention.v.weight"]).all()
        q, k = p["blocks.0.attention.q.weight"], tensors["blk.0.attn_q.weight"][0]
        assert (k[0::2][:8] == q[:8]).all() and (k[1::2][:8] == q[8:16]).all()


def test_pairs_that_are_neighbours_already_stay(tmp_path):
    run = gguf_run("llama", rope_interleaved=True)
    export_gguf(run, str(tmp_path / "m.gguf"), "f32")
    _, tensors = read(tmp_path / "m.gguf")
    assert (tensors["blk.0.attn_q.weight"][0]
            == run.parameters["blocks.0.attention.q.weight"]).all()
    config = tiny_model("llama", n_heads=2, head_dim=4)
    (ours,) = rows("blocks.0.attention.q.weight", config, interleaved=True)
    assert ours.tolist() == [0, 2, 1, 3, 4, 6, 5, 7]


def test_llama_3s_slow_hands(tmp_path):
    """The file has by what each angle is divided; divided, they are the reference's."""
    from numpy_impl.layers.rotary_frequencies import llama3_frequencies

    run = gguf_run("llama", rope_factor=8.0, rope_original_length=256)
    export_gguf(run, str(tmp_path / "m.gguf"), "f32")
    factors = read(tmp_path / "m.gguf")[1]["rope_freqs.weight"][0]
    plain = 1000.0 ** (-np.arange(0, 16, 2) / 16)
    expected = llama3_frequencies(plain, 8.0, 1.0, 4.0, 256)
    assert_rounding((plain / factors).astype(np.float32), expected.astype(np.float32), 1)


def test_precision(tmp_path):
    run, sizes = gguf_run("qwen3"), {}
    for dtype, kind, error in (("f32", "F32", 0), ("f16", "F16", 2 ** -11),
                               ("q8_0", "Q8_0", 1e-2)):
        file = tmp_path / f"{dtype}.gguf"
        export_gguf(run, str(file), dtype)
        array, found = read(file)[1]["blk.0.ffn_gate.weight"]
        exact = run.parameters["blocks.0.feed_forward.gate.weight"]
        assert found == kind and np.abs(array - exact).max() <= error * np.abs(exact).max()
        assert read(file)[1]["blk.0.attn_norm.weight"][1] == "F32"
        sizes[dtype] = file.stat().st_size
    assert sizes["q8_0"] < sizes["f16"] < sizes["f32"]


def test_what_half_precision_would_make_infinite_stays_single(tmp_path):
    run = gguf_run("qwen3")
    run.parameters["blocks.0.attention.q.weight"][0, 0] = 1e5
    export_gguf(run, str(tmp_path / "m.gguf"), "f16")
    array, found = read(tmp_path / "m.gguf")[1]["blk.0.attn_q.weight"]
    assert found == "F32" and array[0, 0] == 1e5


def test_what_has_no_form_is_said_and_nothing_is_left(tmp_path):
    for run, words in ((gguf_run("olmo3", head_dim=8), "heads to be as wide"),
                       (gguf_run("gemma3", global_every=2), "every sixth layer"),
                       (gguf_run("gemma3", query_scale=100.0), "query_scale=100.0"),
                       (gguf_run("qwen3", CharacterTokenizer("abc")), "characters tokenizer")):
        with pytest.raises(ValueError, match=words):
            export_gguf(run, str(tmp_path / "m.gguf"))
    with pytest.raises(ValueError, match=r"ends in \.gguf"):
        export_gguf(gguf_run("qwen3"), str(tmp_path / "m.bin"))
    (tmp_path / "there.gguf").write_text("mine")
    with pytest.raises(FileExistsError):
        export_gguf(gguf_run("qwen3"), str(tmp_path / "there.gguf"))
    assert [path.name for path in tmp_path.iterdir()] == ["there.gguf"]


def test_the_command(tmp_path, capsys):
    run = tiny_run(tmp_path, tokenizer="bpe")
    file = tmp_path / "out" / "my.gguf"
    assert main(["export", str(run), str(file), "--format", "gguf", "--dtype", "f32"]) == 0
    assert "my.gguf" in capsys.readouterr().out
    fields, tensors = read(file)
    assert len(fields["tokenizer.ggml.merges"]) > 10
    assert fields["tokenizer.ggml.pre"] == "gpt-2"
    assert main(["export", str(run), str(file), "--format", "gguf", "--adapter"]) == 2
    capsys.readouterr()
    assert main(["export", str(run), str(tmp_path / "folder"), "--dtype", "f16"]) == 2
    assert "--dtype is for --format gguf" in capsys.readouterr().err


LLAMA = os.environ.get("TWINFORMER_LLAMA", "")
GREEDY = """
import {getLlama, LlamaLogLevel} from "node-llama-cpp";
const [file, ...ids] = process.argv.slice(2);
const llama = await getLlama({gpu: false, build: "never", logLevel: LlamaLogLevel.error});
const model = await llama.loadModel({modelPath: file});
const context = await model.createContext({contextSize: 64, batchSize: 64});
const out = [];
for await (const token of context.getSequence().evaluate(
    ids.map(Number), {temperature: 0, yieldEogToken: true})) {
  out.push(token);
  if (out.length >= 12) break;
}
console.log(JSON.stringify([out, model.tokenize("Hello, world! é你", false)]));
process.exit(0);
"""


@pytest.mark.slow
@pytest.mark.skipif(not (LLAMA and shutil.which("node")),
                    reason="TWINFORMER_LLAMA names no folder with node-llama-cpp")
@pytest.mark.parametrize("kind", GGUF_KINDS)
def test_llama_cpp_writes_the_same(kind, tmp_path):
    run = gguf_run(kind)
    export_gguf(run, str(tmp_path / "m.gguf"), "f32")
    script = Path(LLAMA) / "twinformer-greedy.mjs"
    script.write_text(GREEDY, "utf-8")
    ids = list(b"Hello")
    done = subprocess.run(["node", script.name, str(tmp_path / "m.gguf"), *map(str, ids)],
                          cwd=LLAMA, capture_output=True, text=True, timeout=300)
    new, tokens = json.loads(done.stdout)
    package = implementation("numpy")
    model = package.model_of(run.config.model, run.parameters)
    assert new == list(package.generate(model, ids, 12, temperature=0))
    assert tokens == list("Hello, world! é你".encode())
