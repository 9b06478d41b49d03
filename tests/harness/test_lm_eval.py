"""lm-evaluation-harness finds of our models what our own evaluation finds, and what it finds by
transformers of the same weights: on questions and texts of LAMBADA and ARC, without a network."""
import json

import numpy as np
import pytest

from parity_tests.shared_data import shared_data
from parity_tests.agreement import assert_estimated
from twinformer.commands.main import main
from twinformer.training.run import run_training

from ..tiny_base import tiny_base
from ..tiny_kinds import tiny_kind_run
from ..tiny_run import one_thread, tiny_run  # noqa: F401

pytest.importorskip("lm_eval", reason="lm_eval is not installed (the extra lm-eval)")
pytest.importorskip("datasets", reason="datasets is not installed (the extra data)")

LIMIT, SHARE = 12, 300      # questions; characters of a text: windows full, and more than one

TASKS = {
    "words": {
        "output_type": "loglikelihood", "doc_to_text": "{{context}}",
        "doc_to_target": "{{' ' + word}}", "metric_list": [{"metric": "perplexity"},
                                                           {"metric": "acc"}]},
    "arc": {
        "output_type": "multiple_choice", "doc_to_text": "{{ctx}}",
        "doc_to_choice": "{{endings}}", "doc_to_target": "label",
        "metric_list": [{"metric": "acc"}, {"metric": "acc_norm"}]},
    "texts": {
        "output_type": "loglikelihood_rolling", "doc_to_text": "", "doc_to_target": "{{text}}",
        "metric_list": [{"metric": "bits_per_byte"}]},
    "answers": {
        "output_type": "generate_until", "doc_to_text": "{{context}}",
        "doc_to_target": "{{word}}", "generation_kwargs": {"until": ["e", "\n"],
                                                           "max_gen_toks": 9},
        "metric_list": [{"metric": "exact_match"}]},
}


def lines(name):
    text = shared_data(f"eval/{name}").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()[:LIMIT]]


@pytest.fixture(scope="module")
def tasks(tmp_path_factory):
    """A folder of tasks, as --include_path takes it, and their questions in our formats."""
    folder = tmp_path_factory.mktemp("tasks")
    words = [{"context": each["context"][-SHARE:], "word": each["continuation"],
              "text": f"{each['context'][-SHARE:]} {each['continuation']}"}
             for each in lines("lambada_openai.jsonl")]
    arc = [{"ctx": f"{each['query']}\nAnswer:", "endings": each["choices"], "label": each["gold"]}
           for each in lines("arc_easy.jsonl")]
    for name, rows in (("words", words), ("arc", arc)):
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    for name, task in TASKS.items():
        file = folder / ("arc.jsonl" if name == "arc" else "words.jsonl")
        (folder / f"{name}.yaml").write_text(json.dumps(task | {
            "task": f"tiny_{name}", "dataset_path": "json", "test_split": "test",
            "dataset_kwargs": {"data_files": {"test": str(file)},
                               "cache_dir": str(folder / "cache")}}), "utf-8")
    return folder


def harness(tasks, model, *names, **settings):
    """{task: {metric: value}}, and {task: what was answered to each question}."""
    import lm_eval
    import lm_eval.tasks

    import twinformer.lm_eval  # noqa: F401

    found = lm_eval.simple_evaluate(
        model=model, tasks=[f"tiny_{name}" for name in names or TASKS], bootstrap_iters=0,
        task_manager=lm_eval.tasks.TaskManager(
            include_path=str(tasks), include_defaults=False), **settings)
    figures = {name.removeprefix("tiny_"): {
        metric.partition(",")[0]: value for metric, value in figures.items()
        if isinstance(value, float) and "stderr" not in metric}
        for name, figures in found["results"].items()}
    answers = {name.removeprefix("tiny_"): [each["resps"] for each in sorted(
        samples, key=lambda each: each["doc_id"])] for name, samples in found["samples"].items()}
    return figures, answers


def numbers(figures):
    return np.array([value for task in sorted(figures) for _, value in
                     sorted(figures[task].items())])


def evaluated(capsys, *words):
    assert main(["evaluate", *map(str, words), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_figures_are_those_of_our_own_commands_and_of_transformers(
        tasks, tmp_path, capsys):
    run = tiny_base(tmp_path, "bpe", times=8)
    assert main(["export", str(run), str(tmp_path / "hf")]) == 0
    capsys.readouterr()
    by_torch, answers = harness(tasks, "twinformer", model_args=f"path={run},batch_size=5")
    by_numpy, answers_of_numpy = harness(
        tasks, "twinformer", model_args={"path": str(tmp_path / "hf"), "backend": "numpy"},
        batch_size="auto")
    by_others, answers_of_others = harness(
        tasks, "hf", model_args=f"pretrained={tmp_path / 'hf'}", batch_size=4, device="cpu")
    assert_figures(numbers(by_torch), numbers(by_others), 1e-5)
    assert_figures(numbers(by_numpy), numbers(by_others), 1e-5)
    assert answers["answers"] == answers_of_others["answers"] == answers_of_numpy["answers"]
    assert any(text for each in answers["answers"] for row in each for text in row)

    arc = evaluated(capsys, "choices", run, tasks / "arc.jsonl")
    assert by_torch["arc"] == {"acc": arc["accuracy"], "acc_norm": arc["accuracy_per_byte"]}
    words = evaluated(capsys, "choices", run, tasks / "words.jsonl", "--format", "lambada")
    assert_figures(by_torch["words"]["perplexity"], words["perplexity"], 1e-5)
    assert by_torch["words"]["acc"] == words["accuracy"]


def test_texts_are_as_likely_as_our_own_command_says(tasks, tmp_path, capsys):
    """Of a text that fits into a window, there is one way to cut it."""
    run = run_training(tiny_kind_run("qwen3", tmp_path, "numpy")).folder.path
    text = "The quick brown fox jumps over the lazy dog, again."
    (tmp_path / "t.txt").write_text(text)
    model = opened(run)
    logp, = model.loglikelihood_rolling([asked(text)], disable_tqdm=True)
    own = evaluated(capsys, "perplexity", run, "--data", tmp_path / "t.txt")
    # it predicts the end of the text, too; an end of text stands in front for both
    end = [(None, [model.prefix_token_id, *model.tok_encode(text)], [model.eot_token_id])]
    (after, _), = model._loglikelihood_tokens(end, disable_tqdm=True)
    assert_figures(-(logp + after), own["nats_per_token"] * own["tokens"], 1e-5)


def assert_figures(ours, theirs, share):
    """Sums of logarithms in single precision, each a share of its own apart."""
    assert np.shape(ours) == np.shape(theirs)
    for one, other in zip(np.ravel(ours), np.ravel(theirs)):
        assert_estimated(one, other, share)


def opened(run, **settings):
    import twinformer.lm_eval

    return twinformer.lm_eval.TwinformerLM(str(run), **settings)


def asked(*arguments):
    from types import SimpleNamespace

    return SimpleNamespace(args=arguments)


def test_a_model_with_a_beginning_of_text(tasks, tmp_path, capsys):
    """stories260K: a Llama that has learned to tell stories, and its SentencePiece."""
    weights = shared_data("stories260K/stories260K.bin")
    assert main(["export", str(weights), str(tmp_path / "hf")]) == 0
    capsys.readouterr()
    ours, answers = harness(tasks, "twinformer", model_args=f"path={tmp_path / 'hf'}")
    others, answers_of_others = harness(
        tasks, "hf", model_args=f"pretrained={tmp_path / 'hf'}", device="cpu")
    assert_figures(numbers(ours), numbers(others), 1e-4)
    assert answers["answers"] == answers_of_others["answers"]


def test_a_context_that_is_too_long_loses_its_beginning(tmp_path, caplog):
    run = tiny_run(tmp_path)
    text = "The quick brown fox jumps over the lazy"
    model = opened(run, max_length=8)
    (cut, _), (short, _) = model.loglikelihood(
        [asked(text, " dog"), asked(text[-5:], " dog")], disable_tqdm=True)
    assert cut == short and "1 of 2 contexts" in caplog.text
    with pytest.raises(ValueError, match="1 to 8 tokens, as many as the model sees, got 9"):
        model.loglikelihood([asked("a", "b" * 9)], disable_tqdm=True)


def test_bad_settings_are_named(tmp_path, capsys):
    run = tiny_run(tmp_path)
    for settings, said in (
            ("", "say which model"), (f"path={run},backend=jax", "backend must be torch or numpy"),
            (f"path={run},batch_size=0", "batch_size must be auto or a whole number"),
            (f"path={run},colour=red", "there is no colour in --model_args"),
            (f"path={run},max_length=99", "the model sees 16 tokens at most")):
        with pytest.raises(ValueError, match=said):
            type(opened(run)).create_from_arg_string(settings, {"device": "cuda:0"})
