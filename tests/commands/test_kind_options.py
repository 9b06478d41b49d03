"""twinformer train: the options of a model are those of its kind, which the words decide."""
import json

import pytest
import yaml

from twinformer.architectures.kinds import EVERY_KIND, all_presets, small_model
from twinformer.commands.parsing.parser import CommandParser
from twinformer.commands.train.command import add_arguments
from twinformer.configs.data_config import DataConfig
from twinformer.configs.training_config import TrainingConfig

from ..tiny_base import mistake
from ..tiny_run import tiny_run


PRESETS = all_presets(EVERY_KIND)


def settings(*words):
    """What a command line makes."""
    parser = CommandParser(prog="twinformer train", words=words)
    add_arguments(parser)
    return parser.instantiate(parser.parse_args(list(words)))


def model(*words):
    """The config of its model."""
    return settings(*words).model


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_a_kind_begins_small(kind):
    assert model("--kind", kind) == model(f"--model.kind={kind}") == small_model(kind)
    assert model("--n-layers", "3", "--kind", kind).n_layers == 3


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_gives_kind_and_shape(name):
    """But for the vocabulary, which is the tokenizer's; options win."""
    config = PRESETS[name]
    found = model("--preset", name)
    assert type(found) is type(config)
    assert {**vars(found), "vocab_size": 0} == {**vars(config), "vocab_size": 0}
    assert model("--preset", name, "--n-layers", "5").n_layers == 5


def test_a_kind_has_settings_that_suit_it(tmp_path):
    """What is asked for wins, and so does a config file."""
    file = tmp_path / "mine.yaml"
    file.write_text("training: {learning_rate: 0.002}\nmodel: {kind: bert}", "utf-8")
    for words, tokenizer, rate in (
            (["--kind", "llama"], DataConfig().tokenizer, TrainingConfig().learning_rate),
            (["--kind", "bert"], "wordpiece", 0.001),
            (["--preset", "bert-tiny"], "wordpiece", 0.001),
            (["--kind", "bert", "--tokenizer", "bytes"], "bytes", 0.001),
            ([f"--config={file}"], "wordpiece", 0.002)):
        found = settings(*words)
        assert (found.data.tokenizer, found.training.learning_rate) == (tokenizer, rate)


def test_a_config_file_names_the_kind(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("model: {kind: qwen3_moe, n_experts: 6}", "utf-8")
    assert model("--config", str(file)).n_experts == 6
    assert model(f"--config={file}", "--n-experts", "5").n_experts == 5
    file.write_text("preset: gemma-3-270m\nmodel: {n_layers: 4}", "utf-8")
    found = model("--config", str(file))
    assert (found.kind, found.d_model, found.n_layers) == ("gemma3", 640, 4)
    file.write_text("model: {n_layers: 4}", "utf-8")
    assert model("--config", str(file)).kind == "gpt2"
    assert model("--config", str(file), "--kind", "olmo3").n_layers == 4


def test_a_run_that_goes_on_keeps_its_kind(tmp_path, capsys):
    """One of a time before there were kinds, too."""
    run = tiny_run(tmp_path, steps=1)
    assert model("--resume", str(run)).d_model == 16
    said = mistake(capsys, "train", "--resume", run, "--kind", "llama")
    assert "is a gpt2, and cannot become a llama; leave out --kind" in said
    for file in (run / "config.yaml", run / "checkpoints" / "step-000001" / "checkpoint.json"):
        read, write = (yaml.safe_load, yaml.safe_dump) if file.suffix == ".yaml" else (
            json.loads, json.dumps)
        content = read(file.read_text("utf-8"))
        config = content if file.suffix == ".yaml" else content["config"]
        assert config["model"].pop("kind") == "gpt2"
        if file.suffix == ".yaml":
            file.write_text(write(content), "utf-8")
    assert model("--resume", str(run)).kind == "gpt2"


@pytest.mark.parametrize(("words", "message"), [
    (["--kind", "lama"], "--kind: expected one of gpt2, llama, qwen3, qwen3_moe, gemma3, olmo3, "
     "gpt_oss, bert, got lama; did you mean llama?"),
    (["--kind", "llama", "--n-experts", "3"], "there is no option --n-experts: a llama has no "
     "n_experts; a model of --kind qwen3_moe or gpt_oss has"),
    (["--model.dropout", "0.1", "--kind", "llama"], "a model of --kind gpt2 or bert has"),
    (["--preset", "qwen3-0.6b", "--kind", "llama"], "qwen3-0.6b is a qwen3, and cannot become a "
     "llama"),
    (["--kind", "llama", "--n-heads", "3"], "model.n_kv_heads (2) does not divide model.n_heads"),
    (["--kind", "llama", "--head-dim", "3"], "model.head_dim must be even, got 3"),
    (["--kind", "qwen3_moe", "--n-active", "9"], "expected model.n_active in 1..4"),
    (["--arch", "llama"], "did you mean --kind?"),
    (["--kind", "llama", "--intermediate-size", "9"], "did you mean --d-hidden?"),
    (["--config", "a.yaml"], "a.yaml: unknown key 'model.n_experts': a gpt2 has no n_experts"),
    (["--config", "b.yaml"], "b.yaml: model.kind: expected one of gpt2, llama"),
])
def test_mistakes_are_named(capsys, tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text("model: {n_experts: 3}", "utf-8")
    (tmp_path / "b.yaml").write_text("model: {kind: mamba}", "utf-8")
    assert message in mistake(capsys, "train", *words)


def test_help_shows_the_options_of_the_kind(capsys):
    def page(*words):
        from twinformer.commands.main import main

        with pytest.raises(SystemExit):
            main(["train", *words])
        return capsys.readouterr().out
    assert "--dropout X" in page("--help") and "--n-experts" not in page("--help")
    shown = page("--help", "--kind", "qwen3_moe")
    assert "--n-experts N               Experts in each block (E) (default 4)." in shown
    assert "--dropout" not in shown and "(default qwen3_moe)" in shown
    assert "--window-size N" in page("--help-all", "--kind", "gemma3")
    for kind in EVERY_KIND:
        lines = page("--help", "--kind", kind).splitlines()
        assert sum(line.startswith("  --") for line in lines) <= 25
