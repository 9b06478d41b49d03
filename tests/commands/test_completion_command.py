"""The scripts of ``twinformer completion``, in the shells that are here."""
import shutil
import subprocess
import sys

import pytest

from twinformer.commands.main import COMMANDS, main


def script(capsys, shell):
    pytest.importorskip("shtab")
    assert main(["completion", shell]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_command_and_its_options(capsys, shell):
    text = script(capsys, shell)
    assert all(name in text for name in COMMANDS)
    for word in ("max-steps", "perplexity", "batch-size", "cosine", "gpt2-medium"):
        assert word in text
    for noise in ("training.max_steps", "print_config", "<class"):
        assert noise not in text


@pytest.mark.parametrize(("words", "expected"), [
    (["tra"], ["train"]), (["train", "--max-"], ["--max-steps"]),
    (["train", "--schedule", ""], ["cosine", "linear", "constant", "wsd"]),
    (["train", "--resume", "r"], ["run-1", "runs"]),
    (["generate", "run-"], ["run-1"]), (["instruct", "--model", "gpt2-m"], ["gpt2-medium"]),
    (["instruct", "no"], ["novel.txt"]), (["data", "p"], ["prepare"]),
    (["evaluate", "perp"], ["perplexity"]), (["evaluate", "perplexity", "--wi"], ["--window"]),
    (["train", "--compile", "no"], ["novel.txt"]),     # a switch takes no word
    (["train", "--compile", "--seed", "1", "--name", "x", "--thr"], ["--threads"])], ids=" ".join)
def test_what_bash_completes(capsys, tmp_path, words, expected):
    if not shutil.which("bash"):
        pytest.skip("bash is not installed")
    (tmp_path / "runs" / "run-1").mkdir(parents=True)
    (tmp_path / "novel.txt").touch()
    words = ["twinformer", *words]
    asked = (f"{script(capsys, 'bash')}\nCOMP_WORDS=({' '.join(map(repr, words))})\n"
             f"COMP_CWORD={len(words) - 1}\n_shtab_twinformer twinformer {words[-1]!r} "
             f"{words[-2]!r}\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"")
    done = subprocess.run(["bash"], input=asked, capture_output=True, text=True, cwd=tmp_path,
                          check=True)
    assert done.stdout.split() == expected


@pytest.mark.parametrize(("shell", "check"), [
    ("bash", ["-n"]), ("zsh", ["-n"]), ("fish", ["--no-execute"])])
def test_the_shell_can_read_it(capsys, tmp_path, shell, check):
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    (tmp_path / "script").write_text(script(capsys, shell))
    done = subprocess.run([shell, *check, tmp_path / "script"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_without_the_library(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "shtab", None)
    assert main(["completion", "bash"]) == 2
    assert "pip install 'twinformer[completion]'" in capsys.readouterr().err


def test_another_shell(capsys):
    assert main(["completion", "tcsh"]) == 2
    assert "expected one of 'bash', 'zsh', 'fish', got tcsh" in capsys.readouterr().err
