"""ask, instruct and export with the chat template that comes with a model."""
import json

import pytest

from twinformer.backend import default_backend
from twinformer.chat.files import template_in
from twinformer.commands.opening import open_model
from twinformer.runs.checkpoint import load_checkpoint
from twinformer.runs.opened_run import open_run

from ..chat.templates import QWEN3
from ..tiny_base import command, mistake, tiny_base

pytestmark = [pytest.mark.usefixtures("no_plots"), pytest.mark.filterwarnings("ignore")]
SHORT = ("{% for message in messages %}{{ message.role[0] }}:{{ message.content }};{% endfor %}"
         "{% if add_generation_prompt %}a:{% endif %}")
QUICK = ["--epochs", 1, "--max-new-tokens", 4, "--device", "cpu", "--response-only", "true",
         "--learning-rate", "0.001", "--dropout", 0]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder as transformers writes it, with a chat template"""
    from twinformer.commands.main import main

    place = tmp_path_factory.mktemp("model")
    assert main(["export", str(tiny_base(place)), str(place / "out")]) == 0
    (place / "out" / "chat_template.jinja").write_text(
        "{{ strftime_now('%f') }}" + SHORT)
    return place / "out"


@pytest.fixture
def chats(tmp_path):
    def turn(n, role):
        return {"role": role, "content": f"{'ab'[n % 2]}{n}"}
    entries = [{"messages": [{"role": "system", "content": "S"}] * (n % 2) + [
        turn(n, "user"), turn(n, "assistant"), turn(n, "user"), turn(n + 1, "assistant")]}
        for n in range(20)]
    path = tmp_path / "chats.json"
    path.write_text(json.dumps(entries))
    return path


def test_asking(folder, capsys):
    """The folder's own template comes first; another one may be chosen."""
    code, _, err = command(capsys, "ask", folder, "Why?", "--max-new-tokens", 3)
    assert code == 0
    assert "asking in the model's own chat template, of" in err and "chat_template.jinja" in err
    code, _, err = command(capsys, "ask", folder, "Why?", "--max-new-tokens", 3,
                           "--template", "llama3")
    assert code == 0 and "own chat template" not in err


def test_learning_conversations(folder, chats, tmp_path, capsys):
    """All answers of a conversation are learned, in the folder's template; ask remembers it."""
    code, out, err = command(capsys, "instruct", chats, "--model", folder, "--folder",
                           tmp_path / "runs", *QUICK)
    assert code == 0 and "in its own chat template, of" in out, err
    assert "conversations go on" not in out
    run = tmp_path / "runs" / "instruct-1"
    (best,) = (run / "best").iterdir()
    task = load_checkpoint(best).task
    assert task["template"] == "own" and task["chat_template"]["now"]
    code, _, err = command(capsys, "ask", run, "Why?", "--max-new-tokens", 3)
    assert code == 0 and "own chat template" not in err
    code, out, _ = command(capsys, "ask", run, "--data", chats, "--output",
                           tmp_path / "answers.json", "--max-new-tokens", 3)
    answers = json.loads((tmp_path / "answers.json").read_text())
    assert code == 0 and [answers[0][name] for name in ("instruction", "output")] == ["a0", "b1"]
    assert command(capsys, "instruct", "--resume", run, "--epochs", 2)[0] == 0
    assert command(capsys, "export", run, tmp_path / "out")[0] == 0
    style = template_in(tmp_path / "out")["chat_template"]["source"]
    assert style.endswith(SHORT)
    assert open_model(str(tmp_path / "out"), default_backend()).task["template"] == "own"
    assert command(capsys, "dpo", "--model", run, "--folder", tmp_path / "runs", "--epochs", 1,
                   "--train-share", 0.1, "--test-share", 0.05, "--max-new-tokens", 3,
                   "--device", "cpu", "--samples", 0)[0] == 0
    (best,) = (tmp_path / "runs" / "dpo-1" / "best").iterdir()
    assert load_checkpoint(best).task["chat_template"] == task["chat_template"]


def test_thinking(folder, tmp_path, capsys):
    place = tmp_path / "qwen"
    place.mkdir()
    for file in folder.iterdir():
        (place / file.name).write_bytes(file.read_bytes())
    (place / "chat_template.jinja").write_text(QWEN3)
    for thinking in ("true", "false"):
        assert command(capsys, "ask", place, "Why?", "--max-new-tokens", 3, "--thinking",
                       thinking)[0] == 0
    assert "enable_thinking" in mistake(capsys, "ask", folder, "Why?", "--thinking", "true")


def test_templates_that_do_not_serve(folder, chats, tmp_path, capsys):
    """A broken one keeps nobody from generating; who chats is told."""
    place = tmp_path / "broken"
    place.mkdir()
    for file in folder.iterdir():
        (place / file.name).write_bytes(file.read_bytes())
    (place / "chat_template.jinja").write_text("{% if %}")
    assert command(capsys, "generate", place, "--prompt", "the", "--max-new-tokens", 2)[0] == 0
    assert "chat_template.jinja is no chat template" in mistake(capsys, "ask", place, "Why?")
    (place / "chat_template.jinja").write_text(
        "{{ messages | length }}{% if add_generation_prompt %}?{% endif %}")
    assert "by {% generation %}" in mistake(
        capsys, "instruct", chats, "--model", place, "--folder", tmp_path / "runs", *QUICK)
    base = tiny_base(tmp_path)
    assert "this model has none" in mistake(capsys, "ask", base, "Why?", "--template", "own")
    assert not open_run(base).task
