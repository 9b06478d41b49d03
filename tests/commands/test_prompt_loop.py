"""The prompt loop: Ctrl-C stops a text and not the program."""
import os
import signal
import subprocess
import sys
import time

import pytest

from twinformer.commands.generating.options import unescaped
from twinformer.commands.generating.prompt_loop import prompt_loop

from ..tiny_run import tiny_run


def asking(lines):
    """Give these lines one after the other; an exception among them is raised."""
    rest = iter(lines)

    def ask(prompt):
        line = next(rest, EOFError)
        if isinstance(line, type):
            raise line
        return line
    return ask


def test_an_empty_line_goes_on_and_a_mistake_is_said(capsys):
    seen = []

    def write(text):
        seen.append(text)
        if text == "bad":
            raise ValueError("this model cannot read it")
        return "!"
    prompt_loop(write, asking(["", "a", "", "", "bad", "b", KeyboardInterrupt, ""]))
    assert seen == ["a", "a!", "a!!", "bad", "b", "b!"]
    assert "this model cannot read it" in capsys.readouterr().err


def test_an_interruption_ends_the_text_alone(capsys):
    seen = []

    def write(text):
        seen.append(text)
        if text == "long":
            raise KeyboardInterrupt
        return ""
    prompt_loop(write, asking(["long", "next"]))
    assert seen == ["long", "next"] and "stopped" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_in_a_terminal(tmp_path):
    """A real one: SIGINT while a long text is written; then another prompt, then Ctrl-D."""
    command = [sys.executable, "-m", "twinformer", "generate", tiny_run(tmp_path), "--interactive",
               "--backend", "numpy", "--max-new-tokens", "1000000", "--temperature", "0"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env=os.environ | {"PYTHONUTF8": "1"},
                          # as in a terminal: tests that run behind one are told to ignore it
                          preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)
                          ) as process:
        try:
            for prompt in (b"The\n", b"quick\n"):
                process.stdin.write(prompt)
                process.stdin.flush()
                assert process.stdout.read(2 + len(prompt) + 5)    # it writes
                process.send_signal(signal.SIGINT)
                time.sleep(0.3)
                assert process.poll() is None
            out, err = process.communicate(timeout=60)             # the end of its input
        finally:
            process.kill()
    assert process.returncode == 0
    assert err.decode().count("stopped") == 2 and "Traceback" not in err.decode()


def test_what_is_written_between_quotation_marks():
    assert unescaped(r"a\nb\tc") == "a\nb\tc" and unescaped(r"a\\nb") == r"a\nb"
