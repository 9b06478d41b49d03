"""A .gguf file is a model for every command that takes one."""
import pytest

from twinformer.commands.main import main
from twinformer.export.gguf_file import export_gguf
from twinformer.runs.opened_run import open_run
from twinformer.tokenizers.byte_tokenizer import ByteTokenizer

from ..tiny_gguf import gguf_run
from ..tiny_run import tiny_run

gguf = pytest.importorskip("gguf")
pytestmark = pytest.mark.usefixtures("no_plots", "one_thread")


@pytest.fixture
def model(tmp_path):
    tokenizer = ByteTokenizer(["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    file = tmp_path / "chat.gguf"
    export_gguf(gguf_run("qwen3", tokenizer, {"template": "chatml"}, context_length=256),
                str(file), "f32")
    return str(file)


def test_a_run_and_its_file_write_the_same(tmp_path, capsys):
    run = tiny_run(tmp_path, tokenizer="bpe")
    assert main(["export", str(run), str(tmp_path / "m.gguf"), "--format", "gguf",
                 "--dtype", "f32"]) == 0
    out = capsys.readouterr().out
    assert "ollama create m -f " in out and "ollama run m" in out
    texts = []
    for source in (run, tmp_path / "m.gguf"):
        for backend in ("numpy", "torch"):
            assert main(["generate", str(source), "--prompt", "The 猫", "--max-new-tokens", "9",
                         "--temperature", "0", "--backend", backend]) == 0
            texts.append(capsys.readouterr().out)
    assert len(texts[0]) > 8 and len(set(texts)) == 1


def test_asked_measured_and_written_out_again(model, tmp_path, capsys):
    (tmp_path / "text.txt").write_text("You and I 你好. " * 40, "utf-8")
    assert main(["ask", model, "2 + 2?", "--max_new_tokens", "3"]) == 0
    said = capsys.readouterr()
    assert "was not taught" not in said.err + said.out      # the template is in the file
    assert main(["evaluate", "perplexity", model, "--corpus", str(tmp_path / "text.txt")]) == 0
    assert "perplexity" in capsys.readouterr().out
    assert main(["export", model, str(tmp_path / "folder")]) == 0
    assert (tmp_path / "folder" / "chat_template.jinja").is_file()
    assert main(["export", str(tmp_path / "folder"), str(tmp_path / "b.gguf"), "--format", "gguf",
                 "--dtype", "f32"]) == 0
    first, second = (gguf.GGUFReader(path) for path in (model, tmp_path / "b.gguf"))
    for one, other in zip(first.tensors, second.tensors, strict=True):
        assert one.name == other.name and (one.data == other.data).all()


def test_finetuned(model, tmp_path, capsys):
    (tmp_path / "tasks.jsonl").write_text(
        '{"instruction": "a?", "output": "b"}\n' * 12, "utf-8")
    assert main(["instruct", str(tmp_path / "tasks.jsonl"), "--model", model, "--folder",
                 str(tmp_path), "--name", "tuned", "--epochs", "1", "--batch-size", "2",
                 "--backend", "numpy"]) == 0, capsys.readouterr().err
    run = open_run(tmp_path / "tuned")
    assert run.task["template"] == "own" and run.config.model.kind == "qwen3"


def test_mistakes_are_said_in_a_line(model, tmp_path, capsys):
    (tmp_path / "half.gguf").write_bytes(open(model, "rb").read()[:5000])
    (tmp_path / "two").mkdir()
    for name in "ab":
        (tmp_path / "two" / f"{name}.gguf").write_bytes(b"")
    for source, words in ((tmp_path / "half.gguf", "is damaged, or no GGUF file (it is cut off"),
                          (tmp_path / "two", "name the file of one: a.gguf, b.gguf"),
                          (tmp_path / "none.gguf", "there is no run at")):
        assert main(["generate", str(source)]) == 2
        err = capsys.readouterr().err
        assert words in err and err.count("\n") == 1
