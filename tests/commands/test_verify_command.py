"""twinformer verify, and generate with weights from elsewhere: on a stand-in,
a tiny random GPT-2 whose figures transformers computes."""
import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch

from twinformer.models.config import GPT2Config
from twinformer.tokenizers.formats.huggingface_files import write_tokenizer_json
from twinformer.tokenizers.vocabulary import Vocabulary
from parity_tests.models.checkpoints import hugging_face
from parity_tests.shared_data import shared_data
from twinformer.commands.main import main
from twinformer.commands.verify import measures
from twinformer.commands.verify.figure import Figure, differs
from twinformer.commands.verify.measures import (
    continuation, parameter_count, perplexity, shakespeare_tokens, ten_losses, text_loss,
    weights_begin,
)
from twinformer.commands.verify.published import PUBLISHED, hellaswag_figure


CONFIG = GPT2Config(vocab_size=257, context_length=64, d_model=16, n_heads=2, n_layers=2)
BYTES = Vocabulary({bytes([i]): i for i in range(256)}, "gpt2", {"<|endoftext|>": 256}, None)
PLAY = "".join(f"First Citizen:\nWe are {i} of many, speak, speak.\n\n" for i in range(30))
BACKENDS = pytest.mark.parametrize("backend", ["numpy", "torch"])


def random_model(seed=3):
    """One that says nothing but ASCII, so that its texts are as many bytes as tokens."""
    model = hugging_face(CONFIG, seed)
    with torch.no_grad():
        model.transformer.wte.weight[128:] = 0
    return model


@pytest.fixture(scope="module")
def model():
    return random_model()


@pytest.fixture(scope="module")
def folder(tmp_path_factory, model):
    folder = tmp_path_factory.mktemp("stand-in")
    model.save_pretrained(folder)
    write_tokenizer_json(BYTES, folder / "tokenizer.json")
    return folder


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A data folder with a play in place of Shakespeare's and of WikiText."""
    monkeypatch.setenv("TWINFORMER_DATA", str(tmp_path))
    for name in ("tinyshakespeare/input.txt", "wiki/test.raw"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(PLAY)
    return tmp_path


def greedy(model, prompt, count):
    ids = torch.tensor([list(prompt.encode())])
    for _ in range(count):
        ids = torch.cat([ids, model(ids[:, -64:]).logits[:, -1:].argmax(-1)], 1)
    return bytes(ids[0, -count:].tolist()).decode(errors="replace")


def their_losses():
    """Ten steps of AdamW, decaying all, by transformers and torch"""
    model = random_model()
    sections = [b"", *PLAY.encode().split(b"\n\n")]
    ids = np.array([i for section in sections[1:] for i in (256, *section, 10, 10)][:257])
    inputs, targets = (torch.tensor(part.reshape(4, 64)) for part in (ids[:-1], ids[1:]))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=0.01)
    losses = []
    for _ in range(10):
        loss = torch.nn.functional.cross_entropy(
            model(inputs).logits.flatten(0, 1), targets.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def their_perplexity(model):
    rows = [f"{row}\n" if row.strip() else "" for row in PLAY.split("\n")[:-1]]
    ids = torch.tensor([list("\n\n".join(rows).encode())])
    nats, count = 0.0, 0
    for start in range(0, ids.shape[1], 64):
        window = ids[:, start:start + 64]
        n = window.shape[1] - 1
        nats, count = nats + float(model(window, labels=window).loss) * n, count + n
    return float(np.exp(nats / count))


@pytest.fixture(scope="module")
def figures(model):
    """As in PUBLISHED, of the stand-in, by transformers."""
    with torch.no_grad():
        ids = torch.tensor([[256, *b"Hello world!"]])
        loss = float(model(ids, labels=ids).loss)
        return (
            Figure(what="parameters", source="t", expected=model.num_parameters(),
                   measure=parameter_count),
            Figure(what="numbers", source="t", measure=weights_begin, tolerance=1e-8,
                   expected=model.transformer.wte.weight[:3, :3].tolist()),
            continuation("Every", greedy(model, "Every", 12), "t"),
            Figure(what="loss", source="t", expected=loss, tolerance=4e-5,
                   measure=text_loss("<|endoftext|>Hello world!")),
            Figure(what="perplexity", source="t", expected=their_perplexity(model),
                   tolerance=1e-2, measure=perplexity("wiki/test.raw", "")),
        )


@pytest.fixture
def stand_in(monkeypatch, figures):
    losses = Figure(what="ten losses", source="t", expected=their_losses(), tolerance=1e-4,
                    measure=ten_losses)
    monkeypatch.setitem(PUBLISHED, "gpt2", (*figures, losses))


def verify(capsys, *words):
    code = main(["verify", "gpt2", *map(str, words)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@BACKENDS
def test_every_figure_of_the_stand_in_is_found(stand_in, folder, data, capsys, backend):
    code, out, err = verify(capsys, "--model", folder, "--backend", backend)
    assert (code, err) == (0, ""), out
    assert out.count("as published  ") == 6 and "DIFFERS" not in out
    assert out.endswith(f"gpt2 by {backend}: 6 as published, 0 different, 0 left out\n")
    assert out.count("    expected ") == out.count("    got      ") == 6


def their_hellaswag(model, questions):
    """Each ending behind its context and a space, by transformers: least loss, least mean."""
    right = np.zeros(2)
    for question in questions:
        losses = []
        for ending in question["endings"]:
            context, ids = question["ctx"].encode(), f" {ending}".encode()
            row = torch.tensor([list(context + ids)])
            labels = row.clone()
            labels[:, :len(context)] = -100
            mean = float(model(row, labels=labels).loss)
            losses.append((mean * len(ids), mean))
        right += np.argmin(losses, 0) == question["label"]
    return (right / len(questions)).tolist()


@BACKENDS
def test_hellaswag_of_the_stand_in(monkeypatch, folder, model, data, capsys, backend):
    random = np.random.default_rng(5)
    words = ["the", "a", "fox", "dog", "jumps", "runs", "over", "under", "lazy", "brown"]
    questions = [{"ctx": " ".join(random.choice(words, 4)), "label": int(random.integers(4)),
                  "endings": [" ".join(random.choice(words, random.integers(1, 5)))
                              for _ in range(4)]} for _ in range(20)]
    file = data / measures.HELLASWAG
    file.parent.mkdir()
    file.write_text("".join(json.dumps(question) + "\n" for question in questions))
    with torch.no_grad():
        expected = their_hellaswag(model, questions)
    assert 0 < expected[0] < 1
    monkeypatch.setitem(PUBLISHED, "gpt2", (hellaswag_figure(*expected),))
    code, out, _ = verify(capsys, "--model", folder, "--backend", backend)
    assert code == 0 and "1 as published" in out
    monkeypatch.setitem(PUBLISHED, "gpt2", (
        hellaswag_figure(expected[0], expected[1] + 0.05),))
    assert verify(capsys, "--model", folder, "--backend", backend)[0] == 1
    file.unlink()
    code, out, _ = verify(capsys, "--model", folder, "--backend", backend)
    assert code == 0 and "1 left out" in out and "take hours without a GPU" in out


@BACKENDS
def test_other_weights_differ(stand_in, tmp_path, data, capsys, backend):
    random_model(4).save_pretrained(tmp_path / "other")
    write_tokenizer_json(BYTES, tmp_path / "other" / "tokenizer.json")
    code, out, _ = verify(capsys, "--model", tmp_path / "other", "--backend", backend)
    assert code == 1
    assert out.endswith("1 as published, 5 different, 0 left out\n")     # as many parameters


def test_one_wrong_number_is_noticed(stand_in, folder, data, capsys, tmp_path):
    """A weight that is off by its last bits changes nothing; a turned matrix does."""
    model = random_model()
    with torch.no_grad():
        weight = model.transformer.h[1].attn.c_proj.weight
        weight.copy_(weight.T.clone())
    model.save_pretrained(tmp_path / "other")
    write_tokenizer_json(BYTES, tmp_path / "other" / "tokenizer.json")
    code, out, _ = verify(capsys, "--model", tmp_path / "other", "--json")
    results = {row["what"]: row["result"] for row in json.loads(out)}
    assert code == 1 and results["loss"] == results["ten losses"] == "DIFFERS"
    assert results["parameters"] == "as published"


def test_what_needs_missing_data_is_left_out_and_says_so(stand_in, folder, tmp_path, capsys,
                                                         monkeypatch):
    monkeypatch.setenv("TWINFORMER_DATA", str(tmp_path / "nothing"))
    code, out, _ = verify(capsys, "--model", folder)
    assert code == 0 and "4 as published, 0 different, 2 left out" in out
    assert f"needs {tmp_path / 'nothing' / 'tinyshakespeare' / 'input.txt'}; twinformer" in out


def test_training_for_the_ten_losses_leaves_the_weights_alone(stand_in, folder, data, capsys):
    before = (folder / "model.safetensors").read_bytes()
    assert verify(capsys, "--model", folder)[0] == 0
    assert (folder / "model.safetensors").read_bytes() == before


@pytest.mark.parametrize(("expected", "got", "different"), [
    ("a", "a", False), ("a", "b", True), (3, 3, False), (3, 4, True),
    (1.0, 1.0001, True), ([1.0, 2.0], [1.0, 2.0], False), ([1.0, 2.0], [1.0], True),
    (1.0, float("nan"), True)])
def test_what_counts_as_different(expected, got, different):
    figure = Figure(what="", source="", expected=expected, measure=len, tolerance=5e-5)
    assert differs(figure, got) is different


def test_the_tokens_of_llm_c():
    """Its first 257 of Tiny Shakespeare, by our tokenizer."""
    from numpy_impl.text.bpe import BPETokenizer
    from twinformer.tokenizers.formats.gpt2_files import read_gpt2_files

    tokenizer = BPETokenizer(*read_gpt2_files(shared_data("gpt2-tokenizer/vocab.bpe"),
                                              shared_data("gpt2-tokenizer/encoder.json")))
    text = shared_data("tinyshakespeare/input.txt").read_text(encoding="utf-8")
    expected = np.load(shared_data("tinyshakespeare/llmc_val257.derived.npy"))
    original, measures.data_file = measures.data_file, lambda name, hint: text
    try:
        np.testing.assert_array_equal(shakespeare_tokens(tokenizer, 257), expected)
    finally:
        measures.data_file = original


def test_every_preset_has_figures_that_can_be_right():
    from twinformer.architectures.kinds import all_presets

    presets = {name: config for name, config in all_presets().items() if config.kind != "bert"}
    assert PUBLISHED.keys() == presets.keys()
    for name, config in presets.items():
        assert PUBLISHED[name][0].expected == config.parameter_count()


def test_mistakes_are_one_line(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code = main(["verify", "gpt3"])
    out, err = capsys.readouterr()
    assert code == 2 and err.count("\n") == 1 and "no preset is called 'gpt3'" in err
    code, _, err = verify(capsys, "--model", "nothing")
    assert code == 2 and err.count("\n") == 1 and "nothing" in err


def test_help_needs_no_torch():
    code = ("import sys; from twinformer.commands.main import main\n"
            "try: main(['verify', '--help'])\n"
            "except SystemExit as end: assert end.code == 0\n"
            "assert 'torch' not in sys.modules and 'numpy' not in sys.modules")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Check published weights" in done.stdout


def generate(capsys, *words):
    code = main(["generate", *map(str, words)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@BACKENDS
def test_generate_continues_with_weights_of_a_folder(folder, model, capsys, backend):
    words = ["--prompt", "Every", "--max-new-tokens", 9, "--temperature", 0, "--backend", backend]
    for source in (folder, folder / "model.safetensors"):
        code, out, err = generate(capsys, source, *words)
        assert code == 0, err
        with torch.no_grad():
            assert out == "Every" + greedy(model, "Every", 9) + "\n"
        assert f"({backend} on cpu)" in err


def test_generate_reads_pickles_with_torch_only(tmp_path, folder, model, capsys):
    torch.save(model.state_dict(), tmp_path / "pytorch_model.bin")
    for name in ("config.json", "tokenizer.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    words = [tmp_path, "--prompt", "a", "--max-new-tokens", 2]
    assert generate(capsys, *words)[0] == 0
    code, _, err = generate(capsys, *words, "--backend", "numpy")
    assert code == 2 and "NumPy cannot read safely" in err and err.count("\n") == 1


def test_generate_says_where_the_vocabulary_is_missing(tmp_path, capsys):
    random_model().save_pretrained(tmp_path)
    capsys.readouterr()
    code, _, err = generate(capsys, tmp_path, "--prompt", "a")
    assert code == 2 and err.count("\n") == 1
    assert "knows 257 tokens, so they are not GPT-2's 50257, and there is no vocabulary" in err
    more = BYTES._replace(special_tokens={"<|endoftext|>": 300})
    write_tokenizer_json(more, tmp_path / "tokenizer.json")
    code, _, err = generate(capsys, tmp_path, "--prompt", "a")
    assert code == 2 and "301 tokens, and the model 257: they do not belong together" in err


def test_generate_finds_a_preset(folder, capsys, monkeypatch, tmp_path):
    """By its name; the hub and GPT-2's vocabulary are elsewhere under test."""
    from twinformer.models.config import PRESETS
    from twinformer.pretrained import reading
    from twinformer.commands import opening

    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(PRESETS, "gpt2", CONFIG)
    monkeypatch.setattr(reading, "fetch", lambda name: folder / "model.safetensors")
    from numpy_impl.text.bpe import BPETokenizer
    monkeypatch.setattr(opening, "tokenizer_of", lambda *_: BPETokenizer(*BYTES))
    code, out, err = generate(capsys, "gpt2", "--prompt", "a", "--max-new-tokens", 3)
    assert code == 0 and out.startswith("a"), err


@BACKENDS
def test_a_trained_llama_is_as_published(capsys, tmp_path, backend):
    file = shared_data("stories260K/stories260K.bin")
    for name in ("stories260K.bin", "tok512.model"):
        (tmp_path / name).write_bytes((file.parent / name).read_bytes())
    words = ["verify", "stories260k", "--model", str(tmp_path / "stories260K.bin"),
             "--backend", backend]
    assert main(words) == 0
    assert "3 as published, 0 different, 0 left out" in capsys.readouterr().out
    content = bytearray(file.read_bytes())
    content[200_000:400_000] = bytes(200_000)
    (tmp_path / "stories260K.bin").write_bytes(content)
    assert main(words) == 1
    assert "1 as published, 2 different, 0 left out" in capsys.readouterr().out


@BACKENDS
def test_logits_of_a_stand_in(monkeypatch, capsys, tmp_path, backend):
    """As in the figures of Qwen3, of a tiny one, by transformers."""
    from parity_tests.models.architectures import CASES, hugging_face_of
    from twinformer.commands.verify.measures import first_logits, mean_logits

    config = replace(CASES["qwen3"], vocab_size=257)
    model = hugging_face_of(config)
    model.save_pretrained(tmp_path)
    write_tokenizer_json(BYTES, tmp_path / "tokenizer.json")
    ids = [1, 25, 46]
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0].numpy()
    figures = tuple(Figure(what=what, source="t", expected=expected.tolist(), measure=measure,
                           tolerance=1e-4) for what, expected, measure in (
        ("mean", logits.mean(-1), mean_logits(ids)),
        ("first", logits[0, :9], first_logits(ids, 9)),
        ("other", logits[1, :9], first_logits(ids, 9))))
    monkeypatch.setitem(PUBLISHED, "qwen3-0.6b", figures)
    assert main(["verify", "qwen3-0.6b", "--model", str(tmp_path), "--backend", backend]) == 1
    assert "2 as published, 1 different, 0 left out" in capsys.readouterr().out
