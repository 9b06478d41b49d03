"""The command line: quick to start, forgiving to read, plain in its errors."""
import json
import subprocess
import sys

import pytest
import yaml

from twinformer.commands.main import COMMANDS, main
from twinformer.commands.parsing.option_names import did_you_mean

from ..tiny_runs import TEXT


def said(capsys, *words):
    """(exit code, stdout, stderr) of ``twinformer words``."""
    try:
        code = main([str(word) for word in words])
    except SystemExit as leave:  # --help, --print_config
        code = leave.code or 0
    return code, *capsys.readouterr()


def refused(capsys, *words):
    code, _, error = said(capsys, *words)
    assert code == 2
    assert error.startswith("twinformer: error: ") and error.count("\n") == 1, error
    return error


def settings(capsys, *words):
    code, output, error = said(capsys, "train", *words, "--print_config")
    assert (code, error) == (0, "")
    return yaml.safe_load(output)


@pytest.mark.parametrize("command", ["", "train"])
def test_help_starts_without_the_large_libraries(command):
    """Which is what makes it quick: a twentieth of a second without them."""
    code = ("import sys\nfrom twinformer.commands.main import main\n"
            f"try: main('{command} --help'.split())\n"
            "except SystemExit: pass\n"
            "print([name for name in ('torch', 'matplotlib', 'transformers', 'rich', 'tiktoken')\n"
            "       if name in sys.modules], file=sys.stderr)")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr == "[]\n"
    assert "train" in done.stdout


def test_the_overview_names_every_command(capsys):
    for words in ([], ["--help"], ["-h"], ["help"]):
        code, output, _ = said(capsys, *words)
        assert code == 0
        assert all(f"\n  {name} " in output for name in COMMANDS)


def test_a_preset_fills_in_the_model(capsys, tmp_path):
    """But for the vocabulary, which is the tokenizer's; options win, in whatever order, and
    the preset wins over a config file."""
    shapes = {"gpt2": (768, 12, 12), "gpt2-medium": (1024, 16, 24), "gpt2-large": (1280, 20, 36),
              "gpt2-xl": (1600, 25, 48)}
    for name, shape in shapes.items():
        model = settings(capsys, "--preset", name)["model"]
        assert (model["d_model"], model["n_heads"], model["n_layers"]) == shape
        assert model["context_length"] == 1024 and model["vocab_size"] == 2048
    (tmp_path / "mine.yaml").write_text("model: {n_layers: 3}\ntraining: {max_steps: 7}\n")
    for words in (["--n-layers", "2", "--preset=gpt2", "--config", tmp_path / "mine.yaml"],
                  ["--preset", "gpt2", "--n-layers", "2", "--config", tmp_path / "mine.yaml"]):
        found = settings(capsys, *words)
        assert found["model"]["n_layers"] == 2 and found["model"]["d_model"] == 768
        assert found["training"]["max_steps"] == 7
    found = settings(capsys, "--config", tmp_path / "mine.yaml", "--preset", "gpt2")
    assert found["model"]["n_layers"] == 12
    (tmp_path / "mine.yaml").write_text("preset: gpt2\nmodel: {n_layers: 3}\n")
    found = settings(capsys, "--config", tmp_path / "mine.yaml")    # which says so itself
    assert found["model"]["n_layers"] == 3 and found["model"]["d_model"] == 768


def test_options_win_over_a_config_that_comes_later(capsys, tmp_path):
    (tmp_path / "mine.yaml").write_text("model: {n_layers: 3}\n")
    found = settings(capsys, "--n-layers", "2", "--config", tmp_path / "mine.yaml")
    assert found["model"]["n_layers"] == 2


def test_samples_of_a_text_of_one_line():
    """Which has no newline to begin with, and no end of text."""
    from twinformer.tokenizers.byte_tokenizer import ByteTokenizer
    from twinformer.tokenizers.characters import CharacterTokenizer
    from twinformer.commands.train.sampling import opening

    assert opening(ByteTokenizer()) == "<|endoftext|>"
    for text, expected in (("ab c", " "), ("ab\nc", "\n"), ("ba", "a")):
        tokenizer = CharacterTokenizer.from_text(text)
        assert opening(tokenizer) == expected and tokenizer.encode(opening(tokenizer))


@pytest.mark.parametrize(("text", "prompt"), [
    ("It was the best of times", ["--prompt", "It was the"]),
    ("12, 13; what now", ["--prompt", "what now"]),
    ("今天天气很好，我们", ["--prompt", "今天天气很好"]), ("1 + 1 = 2", [])])
def test_the_next_commands_suit_the_corpus(text, prompt):
    from types import SimpleNamespace

    import numpy as np

    from twinformer.tokenizers.byte_tokenizer import ByteTokenizer
    from twinformer.commands.train.summary import example_prompt

    tokenizer = ByteTokenizer()
    data = SimpleNamespace(tokenizer=tokenizer, validation=np.array(tokenizer.encode(text)))
    config = SimpleNamespace(data=SimpleNamespace(corpus=["novel.txt"]))
    assert example_prompt(SimpleNamespace(config=config, data=data)) == prompt
    config.data.corpus = ["standard-library"]
    assert example_prompt(SimpleNamespace(config=config, data=data)) == ["--prompt", "def "]


def test_the_version(capsys):
    from importlib.metadata import PackageNotFoundError, version
    try:
        expected = version("twinformer")
    except PackageNotFoundError:
        pytest.skip("twinformer is not installed")
    assert said(capsys, "--version") == (0, f"twinformer {expected}\n", "")


@pytest.mark.parametrize("words, message", [
    (["trian"], "there is no command 'trian'; did you mean train? (commands: doctor, "),
    (["train", "--n-layrs", "3"], "no option --n-layrs; did you mean --n-layers?"),
    (["train", "--model.n_layrs", "3"], "did you mean --n-layers?"),
    (["train", "--n-layers", "three"], "--model.n_layers: expected a whole number, got three"),
    (["train", "--schedule", "cosin"],
     "--training.schedule: expected one of 'cosine', 'linear', 'constant', 'wsd', got cosin"),
    (["train", "--n-layers"], "--n-layers expects a word after it"),
    (["train", "--n-heads", "3"], "model.n_heads (3) does not divide model.d_model"),
    (["train", "--batch-size", "-1"], "training.batch_size must be at least 1, got -1"),
    (["train", "--backend", "numpy", "--resume", "nowhere"], "there is no run at nowhere"),
    (["train", "--backend", "numpy", "--corpus", "nowhere"], "there is no corpus at nowhere"),
    (["train", "--config", "nowhere.yaml"], "there is no config file nowhere.yaml; expected "),
    (["train", "--config", "."], ". is a folder; expected a file with settings"),
    (["train", "--steps", "5"], "no option --steps; did you mean --max-steps?"),
    (["train", "--preset", "gpt3"], "--preset: expected one of 'gpt2', 'gpt2-medium'"),
    (["train", "--preset", "gpt2", "--resume", "runs/run-1"], "leave out --preset, or --resume"),
    (["parity", "--seed", "-1"], "--seed must be 0 or more, got -1"),
    (["train", "stray"], "there is no corpus at stray; expected a file, a folder, or a name"),
    (["train", "a.txt", "--corpus", "b.txt"], "a.txt and --data.corpus say the same"),
    (["train", "\udcd6\udcd0.txt"], "\\xd6\\xd0.txt is not UTF-8; rename the file"),
    (["train", "--vocab-size", "9"], "data.vocab_size must be at least 257"),
    (["doctor", "stray"], "no word but options; got 'stray'"),
    (["train", "--backend", "numpy", "--compile", "true"], "device.compile"),
])
def test_mistakes_are_one_line(capsys, tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    assert message in refused(capsys, *words)


def test_a_run_folder_that_cannot_be_written(capsys, tmp_path):
    (tmp_path / "file").touch()
    assert "choose another --folder" in refused(capsys, "train", "--folder", tmp_path / "file")
    (tmp_path / "taken").mkdir()
    assert "exists already" in refused(
        capsys, "train", "--folder", tmp_path, "--name", "taken")


def test_a_corpus_that_will_not_do(capsys, tmp_path):
    text = tmp_path / "text.txt"
    tiny = ["train", "--backend", "numpy", "--folder", tmp_path / "runs", "--corpus", text]
    text.write_bytes(b"")
    assert "the corpus is empty" in refused(capsys, *tiny)
    text.write_bytes(b"abc\xff\0")
    assert "text.txt is not UTF-8 text: byte 0xff at offset 3" in refused(capsys, *tiny)
    text.write_text("abc" * 40)
    assert "one window needs 65" in refused(capsys, *tiny)      # and a small vocabulary will do
    tiny += ["--tokenizer", "bytes"]
    assert "one window needs 65" in refused(capsys, *tiny)
    text.write_text(TEXT)
    tiny += ["--context-length", "16", "--batch-size", "500"]
    assert "too few for one batch of 500" in refused(capsys, *tiny)
    assert "model.vocab_size is 300, but the tokenizer has 257 tokens" in refused(
        capsys, *tiny, "--model.vocab_size", "300")
    left = [path for path in (tmp_path / "runs").iterdir() if path.name != ".cache"]
    assert not left


@pytest.mark.parametrize("content, message", [
    ("model: 5", "'model' is a section"), ("training: null", "'training' is a section"),
    ("models: {}", "unknown key 'models'"), ("- 1", "not settings")])
def test_a_config_file_of_another_shape(capsys, tmp_path, content, message):
    path = tmp_path / "mine.yaml"
    path.write_text(content)
    assert message in refused(capsys, "train", "--config", path, "--print_config")


def test_no_options_are_the_defaults(capsys):
    from dataclasses import fields

    from twinformer.configs.run_config import RunConfig, config_from_dict
    arguments = settings(capsys)
    assert config_from_dict({field.name: arguments[field.name]
                             for field in fields(RunConfig)}) == RunConfig()


def test_short_names_lists_and_dashes(capsys):
    found = settings(capsys, "--max-steps", "20", "--n_layers=3", "--corpus", "a.txt", "b c/",
                     "--device", "cpu", "--learning-rate", "1e-4")
    assert found["training"]["max_steps"] == 20
    assert found["model"]["n_layers"] == 3
    assert found["data"]["corpus"] == ["a.txt", "b c/"]
    assert found["device"]["device"] == "cpu"
    assert found["training"]["learning_rate"] == 1e-4
    assert settings(capsys, "--data.corpus", "[a, b]")["data"]["corpus"] == ["a", "b"]


@pytest.mark.parametrize("words, corpus", [
    (["a.txt"], ["a.txt"]), (["a.txt", "b/", "--max-steps", "5"], ["a.txt", "b/"]),
    (["a.txt", "--max-steps", "5", "b/"], ["a.txt", "b/"]), (["*"], ["*"]),
    (["--corpus=a.txt"], ["a.txt"]), (["null", "2024", "1e3", "~"], ["null", "2024", "1e3", "~"]),
    (["--corpus", "[Author] Title.txt"], ["[Author] Title.txt"]),
    (["[Author] Title.txt"], ["[Author] Title.txt"]), (["*.txt"], ["*.txt"]),
    (["[draft]"], ["[draft]"]), (["-x.txt"], ["./-x.txt"]), (["--y.txt"], ["./--y.txt"]),
    (["--corpus", "-x.txt"], ["-x.txt"]), (["--corpus", "[a, b]"], ["a", "b"])])
def test_a_corpus_is_a_word_whatever_it_looks_like(capsys, tmp_path, monkeypatch, words, corpus):
    monkeypatch.chdir(tmp_path)
    for name in ("[draft]", "-x.txt", "--y.txt"):
        (tmp_path / name).touch()
    assert settings(capsys, *words)["data"]["corpus"] == corpus
    assert "no corpus at -a.txt;" in refused(capsys, "train", "--backend", "numpy", "--", "-a.txt")


def test_what_people_call_settings(capsys):
    found = settings(capsys, "--lr", "1e-4", "--min-lr=1e-5", "--vocab-size", "300")
    assert found["training"]["learning_rate"] == 1e-4
    assert found["training"]["min_learning_rate"] == 1e-5
    assert found["data"]["vocab_size"] == 300 and found["model"]["vocab_size"] == 2048


def test_a_text_may_begin_with_a_dash(capsys):
    assert settings(capsys, "--sample-prompt", "- a")["training"]["sample_prompt"] == "- a"


@pytest.mark.parametrize("name, text", [
    ("mine.TOML", "[model]\nn_layers = 6\n[training]\nlearning_rate = 1e-4\n"),
    ("mine.yaml", "model:\n  n_layers: 6\ntraining:\n  learning_rate: 1e-4\n"),
    ("mine.json", json.dumps({"model": {"n_layers": 6}, "training": {"learning_rate": 1e-4}})),
    ("mine.toml", "[model]\nn_layers = 6\n[training]\nlearning_rate = 1e-4\n"),
])
def test_config_files_and_options_that_win(capsys, tmp_path, name, text):
    (tmp_path / name).write_text(text)
    found = settings(capsys, "--config", tmp_path / name, "--d-model", "64")
    assert found["model"]["n_layers"] == 6
    assert found["model"]["d_model"] == 64
    assert found["training"]["learning_rate"] == 1e-4
    found = settings(capsys, f"--config={tmp_path / name}", "--n-layers", "2")
    assert found["model"]["n_layers"] == 2


def test_data_is_the_data_and_a_switch_needs_no_word(capsys, tmp_path):
    """Alike on the command line and in a config file."""
    for words in (["a.txt"], ["--data", "a.txt"], ["--corpus", "a.txt"]):
        assert settings(capsys, *words)["data"]["corpus"] == ["a.txt"]
    (tmp_path / "mine.yaml").write_text("data: a.txt\ndevice: cpu\n")
    found = settings(capsys, "--config", tmp_path / "mine.yaml", "--compile", "--seed", "3")
    assert found["data"]["corpus"] == ["a.txt"] and found["data"]["tokenizer"] == "bpe"
    assert found["device"]["device"] == "cpu"
    assert found["device"]["compile"] is True and found["training"]["seed"] == 3
    assert settings(capsys, "--fused-kernels", "false")["device"]["fused_kernels"] is False


@pytest.mark.parametrize("name, text, message", [
    ("a.yaml", "model:\n  n_layrs: 6\n", "unknown key 'model.n_layrs'; did you mean model.n_lay"),
    ("a.toml", "[modle]\nn_layers = 6\n", "unknown key 'modle.n_layers'; did you mean model.n_l"),
    ("a.toml", "[model\n", "cannot be read"),
    ("a.yaml", "model: [\n", "cannot be read"),
    ("a.yaml", "just a text", "holds str, not settings"),
    ("a.yaml", "model:\n  n_layers: many\n", "expected a whole number, got many"),
    ("a.yaml", "caf\xe9\x00\xff", "is not UTF-8"),
])
def test_mistakes_in_config_files_are_named(capsys, tmp_path, name, text, message):
    (tmp_path / name).write_bytes(text.encode("latin-1"))
    assert message in refused(capsys, "train", "--config", tmp_path / name)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_config_files_that_windows_wrote(capsys, tmp_path, encoding):
    text = "training:\n  learning_rate: 2e-3\nmodel:\n  n_layers: 3\n"
    (tmp_path / "a.yaml").write_bytes(text.encode(encoding))
    shown = settings(capsys, "--config", tmp_path / "a.yaml")
    assert shown["training"]["learning_rate"] == 0.002 and shown["model"]["n_layers"] == 3


def test_what_is_printed_can_be_read_again(capsys, tmp_path):
    code, text, _ = said(capsys, "train", "--n-layers", "3", "--print_config")
    (tmp_path / "printed.yaml").write_text(text)
    assert settings(capsys, "--config", tmp_path / "printed.yaml") == yaml.safe_load(text)


def test_help_explains_every_setting(capsys):
    _, output, _ = said(capsys, "train", "--help-all")
    assert "twinformer train --resume runs/run-1" in output
    for name in ("--n-layers", "--clip-norm", "--precision"):
        assert f"\n  {name} " in output
    assert "Transformer blocks (default 2)." in output


def test_a_bug_shows_its_traceback_and_a_mistake_only_on_request(monkeypatch, capsys):
    monkeypatch.setenv("TWINFORMER_DEBUG", "1")
    with pytest.raises(ValueError, match="there is no command"):
        main(["trian"])

    def bug(words):
        raise TypeError("a bug")

    monkeypatch.setattr("twinformer.commands.main.dispatch", bug)
    with pytest.raises(TypeError):
        main([])


def test_an_interruption_is_130(monkeypatch, capsys):
    def interrupted(words):
        raise KeyboardInterrupt

    monkeypatch.setattr("twinformer.commands.main.dispatch", interrupted)
    assert said(capsys, "train") == (130, "", "twinformer: interrupted\n")


def test_notes_of_an_error_are_part_of_its_line(monkeypatch, capsys):
    def diverged(words):
        problem = FloatingPointError("step 7:\n  the loss is nan")
        problem.add_note("the last good checkpoint is step-000004")
        raise problem

    monkeypatch.setattr("twinformer.commands.main.dispatch", diverged)
    assert refused(capsys, "train") == (
        "twinformer: error: step 7: the loss is nan; the last good checkpoint is step-000004\n")


def test_suggestions():
    assert did_you_mean("trian", ["train", "walk"]) == "; did you mean train?"
    assert did_you_mean("xyz", ["train", "walk"]) == ""


def test_a_whole_run(capsys, tmp_path):
    """Folder, logs, picture, samples, checkpoints, and what to do next."""
    text = tmp_path / "text.txt"
    text.write_text(TEXT)
    code, output, _ = said(
        capsys, "train", "--backend", "numpy", "--corpus", text, "--tokenizer", "bytes",
        "--context-length", "16", "--d-model", "16", "--n-layers", "1", "--max-steps", "12",
        "--batch-size", "4", "--warmup-steps", "2", "--folder", tmp_path / "runs",
        "--sample-tokens", "8", "--eval-interval", "6", "--checkpoint-interval", "6",
        "--validation", "0.1")
    run = tmp_path / "runs" / "run-1"
    assert code == 0
    assert sorted(path.name for path in run.iterdir()) == [
        "checkpoints", "config.yaml", "loss.png", "metrics.jsonl", "samples.txt", "timing.jsonl"]
    assert f"twinformer generate {run}" in output
    assert f"twinformer train --resume {run} --max-steps 24" in output
    assert (run / "loss.png").read_bytes().startswith(b"\x89PNG")
    assert settings(capsys, "--config", run / "config.yaml")["model"]["vocab_size"] == 257
    assert said(capsys, "train", "--resume", run, "--max-steps", "14")[0] == 0
    # what config.yaml said, with the new number of steps
    assert settings(capsys, "--resume", run)["training"]["max_steps"] == 14


def test_a_text_of_one_line_in_characters(capsys, tmp_path):
    """No newline to begin a sample with; a warm-up longer than the run is said."""
    text = tmp_path / "~one.txt"
    text.write_text("no newline at all " * 60)
    tiny = ["train", text, "--backend", "numpy", "--tokenizer", "characters", "--batch-size", "2",
            "--context-length", "16", "--d-model", "16", "--n-layers", "1", "--sample-tokens", "4",
            "--validation", "0.1", "--folder", tmp_path, "--eval-interval", "0"]
    code, output, _ = said(capsys, *tiny, "--max-steps", "20", "--name", "a")
    assert code == 0 and "in 10 tokens" in output and "=== step 20 ===" in output
    assert ("the warm-up of 50 steps is as long as the run of 20 or longer: it never learns at "
            "0.004; --warmup-steps 2 would fit") in output
    code, output, _ = said(capsys, *tiny, "--max-steps", "3", "--warmup-steps", "2")
    assert code == 0 and "warm-up" not in output
    error = refused(capsys, *tiny, "--sample-prompt", "Ü")
    assert "--sample-prompt 'Ü': character 'Ü' at" in error


def test_a_run_that_diverges_says_where(capsys, tmp_path):
    text = tmp_path / "text.txt"
    text.write_text(TEXT)
    error = refused(
        capsys, "train", "--backend", "numpy", "--corpus", text, "--tokenizer", "bytes",
        "--context-length", "16", "--d-model", "16", "--n-layers", "1", "--max-steps", "12",
        "--batch-size", "4", "--warmup-steps", "0", "--folder", tmp_path / "runs",
        "--sample-tokens", "0", "--learning-rate", "1e30", "--validation", "0.1",
        "--checkpoint-interval", "1", "--eval-interval", "0")
    assert "is the first that is not finite" in error
    assert "the last good checkpoint is" in error
