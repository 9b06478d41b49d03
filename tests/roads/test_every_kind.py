"""Every road that GPT-2 has, for every kind of model: a tiny one is trained, resumed, continued,
finetuned in each way, measured, walked through and exported, by the command line."""
import json
import shutil

import numpy as np
import pytest

from twinformer.architectures.kinds import KINDS
from twinformer.backend import implementation
from twinformer.commands.opening import open_model
from twinformer.commands.train.sampling import sampler
from twinformer.configs.run_config import RunConfig, config_from_dict, config_to_dict
from twinformer.models.vocabulary import extend_vocabulary
from twinformer.runs.logs import read_metrics
from twinformer.runs.opened_run import open_run
from twinformer.training.run import run_training
from parity_tests.agreement import assert_rounding

from ..tiny_base import command, tasks_file
from ..tiny_kinds import tiny_kind_run, tiny_model
from ..tiny_run import one_thread  # noqa: F401

pytestmark = pytest.mark.usefixtures("no_plots")

BACKENDS = ("numpy", "torch")
# The longest sums of a block, one after another: of a width, a head, the context, a feed-forward;
# two blocks, and a head, in each of the steps that were taken before
SUMS = 2 * (16 + 6 + 64 + 20) + 16
STEPS = 4
QUICK = ["--epochs", "1", "--max-new-tokens", "2", "--samples", "1", "--template", "qa"]


@pytest.fixture(scope="module", params=KINDS)
def runs(request, tmp_path_factory):
    """(kind, folder with a run of each backend)"""
    folder = tmp_path_factory.mktemp(request.param)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("twinformer.training.trainer.plot_curves", lambda *words: None)
        for backend in BACKENDS:
            run_training(tiny_kind_run(request.param, folder, backend), make_sampler=sampler)
    return request.param, folder


def done(capsys, *words) -> str:
    """What a command printed that went well."""
    code, out, err = command(capsys, *words)
    assert code == 0, err
    return out


@pytest.mark.parametrize("kind", KINDS)
def test_a_config_survives_the_way_through_a_file(kind):
    config = RunConfig(model=tiny_model(kind))
    assert config_from_dict(json.loads(json.dumps(config_to_dict(config)))) == config


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_model_of_arrays_is_the_model_that_they_came_from(kind, backend):
    package, config = implementation(backend), tiny_model(kind)
    model = package.new_model(config)
    assert type(model) is package.model_class(config)
    parameters = package.get_parameters(model)
    assert {name: a.shape for name, a in parameters.items()} == config.parameter_shapes()
    again = package.get_parameters(package.model_of(config, parameters))
    assert all(np.shares_memory(again[name], a) for name, a in parameters.items())


def test_both_backends_learn_the_same(runs):
    _, folder = runs
    losses = [[record["loss"] for record in read_metrics(folder / backend)
               if record["kind"] == "step"] for backend in BACKENDS]
    assert_rounding(*map(np.float32, losses), STEPS * SUMS)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("other", BACKENDS)
def test_a_resumed_run_goes_on(runs, tmp_path, backend, other):
    """Bit for bit on its own backend; on the other one up to roundings."""
    kind, folder = runs
    shutil.copytree(folder / backend, tmp_path / "copy")
    config = tiny_kind_run(kind, folder, other)
    run_training(config, resume=tmp_path / "copy" / "checkpoints" / "step-000002",
                 make_sampler=sampler)
    whole, resumed = open_run(folder / backend), open_run(tmp_path / "copy")
    assert resumed.step == whole.step == 4 and resumed.config.backend == other
    for name, array in whole.parameters.items():
        if other == backend:
            np.testing.assert_array_equal(resumed.parameters[name], array, name)
        else:
            assert_rounding(resumed.parameters[name], array, STEPS * SUMS, 1.0, name)


def test_a_text_goes_on_past_the_context(runs, capsys):
    """Both backends write the same; with keys and values kept as without."""
    kind, folder = runs
    written = [done(capsys, "generate", folder / "numpy", "--backend", backend, "--prompt",
                    "The quick", "--max-new-tokens", "70", "--temperature", "0")
               for backend in BACKENDS]
    assert written[0] == written[1]
    package = implementation("numpy")
    run = open_run(folder / "numpy")
    model = package.model_of(run.config.model, run.parameters)
    ids = list(range(40, 60))
    kept = list(package.generate(model, ids, 40, temperature=0.0))
    for length in range(40):
        logits = package.next_logits(model, np.array([[*ids, *kept[:length]]]))
        assert logits.argmax() == kept[length]


@pytest.mark.parametrize("backend", BACKENDS)
def test_it_learns_to_follow_instructions(runs, tmp_path, monkeypatch, capsys, backend):
    """With packed examples; then which answers people prefer, with LoRA."""
    _, folder = runs
    monkeypatch.chdir(tmp_path)
    tasks = tasks_file(tmp_path / "tasks.json", 20)
    device = ["--backend", backend, "--name"]
    done(capsys, "instruct", tasks, "--model", folder / backend, *device, "taught", "--packing",
         "true", *QUICK)
    assert done(capsys, "ask", "runs/taught", "Say yes", "--max-new-tokens", "2",
                "--backend", backend) is not None
    done(capsys, "dpo", tasks, "--model", "runs/taught", "--train", "lora", *device, "leaning",
         *QUICK)
    assert (tmp_path / "runs" / "leaning" / "adapter" / "adapter_config.json").exists()
    done(capsys, "instruct", tasks, "--model", folder / backend, "--train", "last_block",
         *device, "plain", *QUICK)


@pytest.mark.parametrize("backend", BACKENDS)
def test_it_learns_to_tell_texts_apart(runs, tmp_path, monkeypatch, capsys, backend):
    _, folder = runs
    monkeypatch.chdir(tmp_path)
    rows = [f"{'good' if n % 2 else 'bad'} {n},{n % 2}" for n in range(40)]
    (tmp_path / "a.csv").write_text("\n".join(["text,label", *rows]), "utf-8")
    for number, reading in enumerate((["--train", "lora"], ["--token", "mean", "--causal", "false",
                                                            "--hide-padding", "true"])):
        done(capsys, "classify", "a.csv", "--model", folder / backend, "--backend", backend,
             "--epochs", "1", "--name", f"c{number}", *reading)
        assert done(capsys, "classify", "--run", f"runs/c{number}", "--predict", "good 1")


@pytest.mark.parametrize("kind", KINDS)
def test_one_that_has_read_nothing_learns_to_tell_texts_apart(kind, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    rows = [f"{'good' if n % 2 else 'bad'} {n},{n % 2}" for n in range(40)]
    (tmp_path / "a.csv").write_text("\n".join(["text,label", *rows]), "utf-8")
    done(capsys, "classify", "a.csv", "--kind", kind, "--backend", "numpy", "--epochs", "1",
         "--reading-epochs", "1", "--d-model", "16", "--scratch.tokenizer", "bytes",
         "--context-length", "32", "--name", "c")
    assert done(capsys, "classify", "--run", "runs/c", "--predict", "good 1")


def test_its_vocabulary_can_grow(runs):
    """What it says of the old tokens stays as it is."""
    run = open_run(runs[1] / "numpy")
    package, ids = implementation("numpy"), np.arange(60, 70)[None]
    before = package.model_of(run.config.model, run.parameters).forward(ids)[0]
    config, parameters = extend_vocabulary(run.config.model, run.parameters, 260)
    after = package.model_of(config, parameters).forward(ids)[0]
    assert after.shape == (1, 10, 260)
    assert_rounding(after[..., :257], before, config.d_model, np.abs(before).max())


def test_it_is_measured(runs, tmp_path, monkeypatch, capsys):
    _, folder = runs
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("The quick brown fox.\n" * 20, "utf-8")
    found = [json.loads(done(capsys, "evaluate", "perplexity", folder / "numpy", "--data", "a.txt",
                             "--json", "--backend", backend)) for backend in BACKENDS]
    assert found[0]["tokens"] == found[1]["tokens"]
    assert_rounding(*(np.float32(each["perplexity"]) for each in found), SUMS)
    (tmp_path / "q.jsonl").write_text("\n".join(json.dumps(
        {"ctx": "The quick", "endings": [" fox", " dog", " cat", " cow"], "label": 0})
        for _ in range(3)), "utf-8")
    assert done(capsys, "evaluate", "choices", folder / "numpy", "q.jsonl")


def test_it_is_walked_through_and_compared(runs, capsys):
    _, folder = runs
    assert "the same mathematics" in done(capsys, "walk", "quick", "--model", folder / "numpy")
    assert done(capsys, "divergence", folder / "numpy", folder / "numpy", "--backend-b", "numpy",
                "--text", "The quick", "--steps", "2", "--plot", "")


def test_transformers_and_peft_open_it(runs, tmp_path, monkeypatch, capsys):
    """The exported folder, and an adapter beside its base, compute what ours do."""
    import peft
    import transformers

    _, folder = runs
    monkeypatch.chdir(tmp_path)
    tasks = tasks_file(tmp_path / "tasks.json", 20)
    done(capsys, "instruct", tasks, "--model", folder / "numpy", "--train", "lora", "--name", "a",
         "--learning-rate", "0.01", *QUICK)
    for number, source in enumerate((folder / "numpy", "runs/a")):
        done(capsys, "export", source, f"exported-{number}")
    done(capsys, "export", "runs/a", "adapter", "--adapter")
    models = [transformers.AutoModelForCausalLM.from_pretrained(f"exported-{number}")
              for number in (0, 1)]
    models.append(peft.AutoPeftModelForCausalLM.from_pretrained("adapter"))
    ids = np.arange(60, 100)[None]
    found = [logits_of_theirs(model, ids) for model in models]
    expected = [logits_of_ours(source, ids) for source in (folder / "numpy", "runs/a", "runs/a")]
    for theirs, ours in zip(found, expected, strict=True):
        assert_rounding(theirs, ours, SUMS, np.abs(ours).max())
    assert np.abs(expected[0] - expected[1]).max() > np.abs(expected[0]).max() / 1000
    again = open_model("exported-1", "numpy")
    assert again.config.model.kind == runs[0]
    for name, array in open_run("runs/a").parameters.items():
        np.testing.assert_array_equal(again.parameters[name], array, name)


def logits_of_ours(source, ids):
    run = open_run(source)
    model = implementation("numpy").model_of(run.config.model, run.parameters)
    return model.forward(ids)[0]


def logits_of_theirs(model, ids):
    import torch

    with torch.no_grad():
        return model.eval()(torch.tensor(ids)).logits.numpy()
