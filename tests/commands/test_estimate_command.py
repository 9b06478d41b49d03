"""twinformer estimate, as people call it; and what train says before it begins."""
import json

import pytest

from twinformer.commands.estimate import answer as answering
from twinformer.commands.estimate import here
from twinformer.commands.main import main
from twinformer.commands.train import room
from twinformer.estimate import speed
from twinformer.estimate.speed import Speed, kept_speed, measured_speed

from ..tiny_run import tiny_run


@pytest.fixture(autouse=True)
def known_speed(monkeypatch, tmp_path):
    monkeypatch.setattr(answering, "measured_speed", lambda *given: Speed(1e11, 1e10))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def memory(monkeypatch):
    def set_to(free):
        monkeypatch.setattr(here, "memory_bytes", lambda: (free, free and 2 * free))
    return set_to


def estimated(capsys, *words):
    code = main(["estimate", *words, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_bare_defaults(capsys):
    assert main(["estimate"]) == 0
    page = capsys.readouterr().out
    assert "956,800" in page and "it fits: " in page and "3,500 steps" in page


@pytest.mark.parametrize("words", [["gpt2"], ["--preset", "gpt2"], ["--json", "gpt2"]])
def test_a_published_model_has_its_own_vocabulary(capsys, words, memory):
    memory(200e9)
    code, found = estimated(capsys, *words)
    assert (code, found["parameters"]["total"], found["name"]) == (0, 124_439_808, "gpt2")
    assert found["fits"] and found["ways_out"] == []


def test_every_option_of_train_counts(capsys):
    base = estimated(capsys)[1]
    for words in (["--batch-size", "24"], ["--accumulation", "2"], ["--n-layers", "4"],
                  ["--length", "32"], ["--backend", "numpy"], ["--precision", "bfloat16"],
                  ["--activation-checkpointing"], ["--kind", "llama"], ["--vocab-size", "999"],
                  ["--tokenizer", "bytes"], ["--ranks", "2"]):
        assert estimated(capsys, *words)[1] != base, words


def test_a_config_file_and_a_run(capsys, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("model:\n  kind: qwen3\n  n_layers: 3\ntraining:\n  batch_size: 5\n")
    code, found = estimated(capsys, str(file))
    assert found["plan"]["model"]["kind"] == "qwen3" and found["plan"]["batch_size"] == 5
    assert estimated(capsys, "--batch-size", "6", str(file))[1]["plan"]["batch_size"] == 6
    run = tiny_run(tmp_path)
    assert estimated(capsys, str(run))[1]["plan"]["model"]["n_layers"] == 2
    file.write_text("preset: qwen3-0.6b\n")
    assert estimated(capsys, str(file), "--gpu", "H100")[1]["plan"]["model"]["d_model"] == 1024


def test_on_gpus(capsys):
    words = ["qwen3-8b", "--gpu", "H100", "--precision", "bfloat16", "--batch-size", "1",
             "--length", "4096"]
    code, alone = estimated(capsys, *words)
    assert code == 1 and any("--strategy" in way["options"] for way in alone["ways_out"])
    code, many = estimated(capsys, *words, "--ranks", "64", "--strategy", "fsdp")
    assert code == 0 and 0 < many["step_seconds"]["efficiency"] < 1
    assert main(["estimate", *words, "--ranks", "64", "--strategy", "fsdp"]) == 0
    page = capsys.readouterr().out
    assert "64 ranks" in page and "efficiency" in page and "of one rank" in page


def test_what_does_not_fit_has_exit_code_1(capsys, memory):
    memory(9e9)
    assert main(["estimate", "gpt2"]) == 1
    page = capsys.readouterr().out
    assert "it does not fit" in page and "--accumulation" in page
    memory(None)
    assert main(["estimate", "gpt2"]) == 0
    assert "cannot be told" in capsys.readouterr().out


@pytest.mark.parametrize("words, said", [
    (["gtp2"], "did you mean gpt2?"), (["--preset", "qwen3-8"], "did you mean qwen3-8b?"),
    (["nothing.yaml"], "nothing.yaml"), (["小说"], "小说"),
    (["gpt2", "--gpu", "H1000"], "no GPU is called"), (["--utilisation", "40"], "above 0"),
    (["--ranks", "3", "--tensor-parallel", "2"], "must divide ranks"),
    (["--model", "gpt2"], "name the model in front"), (["--batch-size", "0"], "at least 1"),
    (["gpt2", "--kind", "llama"], "cannot become a llama")])
def test_mistakes(capsys, words, said):
    assert main(["estimate", *words]) == 2
    assert said in capsys.readouterr().err


def test_train_stops_before_anything_is_done(capsys, memory, tmp_path):
    memory(20e9)
    assert main(["train", "--preset", "qwen3-8b", "--folder", str(tmp_path / "runs")]) == 2
    said = capsys.readouterr().err
    assert "does not fit" in said and "--preset qwen3-0.6b" in said and "--force" in said
    assert not (tmp_path / "runs").exists()


def test_train_says_whether_it_fits_and_can_be_forced(capsys, memory, tmp_path):
    text = tmp_path / "text.txt"
    text.write_text("To be, or not to be. 你好。\n" * 200, "utf-8")
    words = ["train", str(text), "--max-steps", "1", "--d-model", "16", "--n-heads", "2",
             "--tokenizer", "bytes", "--sample-tokens", "0", "--eval-batches", "1",
             "--backend", "numpy", "--folder", str(tmp_path / "runs")]
    memory(20e9)
    assert main(words) == 0
    assert "it fits" in capsys.readouterr().out.splitlines()[0]
    memory(1e6)
    assert main(words) == 2
    assert main([*words, "--force"]) == 0
    assert "it does not fit" in capsys.readouterr().out.splitlines()[0]


def test_nothing_is_said_where_it_cannot_be_told(memory):
    from twinformer.configs.run_config import RunConfig

    memory(None)
    assert "need about" in room.check_room(RunConfig())


def test_a_speed_is_measured_once(monkeypatch, tmp_path):
    from twinformer.configs.device_config import DeviceConfig

    monkeypatch.setenv("TWINFORMER_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(speed, "ELEMENTS", 1 << 10)
    device = DeviceConfig(device="cpu")
    assert kept_speed("numpy", device) is None
    found = measured_speed("numpy", device)
    assert found == kept_speed("numpy", device) == measured_speed("numpy", device)
    assert 1e8 < found.products < 1e15 and found.stream > 1e8
    assert kept_speed("numpy", DeviceConfig(device="cpu", threads=7)) is None
    speed.file().write_text("nonsense")
    assert measured_speed("numpy", device).products > 0
