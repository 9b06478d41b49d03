"""twinformer serve, as a process: it starts, answers, and ends in good order."""
import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager

import httpx

from twinformer.commands.main import main

from ..tiny_run import tiny_run
from .conftest import free_port


@contextmanager
def serving(*words, **environment):
    """(process, address) of twinformer serve with these words."""
    process = subprocess.Popen(
        [sys.executable, "-m", "twinformer", "serve", *words, "--port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        env={**os.environ, "OMP_NUM_THREADS": "1", **environment})
    try:
        line = process.stdout.readline()
        assert " at http://" in line, process.stderr.read()
        yield process, line.rpartition(" ")[2].strip()
    finally:
        process.kill()
        process.communicate()


def test_sigterm_finishes_what_runs(tmp_path):
    """A streamed answer comes to its end; nobody new is let in."""
    run = tiny_run(tmp_path)
    with serving(str(run), "--name", "模型", "--backend", "numpy") as (process, address):
        assert httpx.get(f"{address}/v1/models").json()["data"][0]["id"] == "模型"
        lines, started = [], threading.Event()

        def ask():
            with httpx.stream("POST", f"{address}/v1/completions", timeout=60, json={
                    "prompt": "a", "max_tokens": 12, "stream": True, "n": 8,
                    "logprobs": 0}) as reply:
                for line in reply.iter_lines():
                    lines.append(line)
                    started.set()

        reader = threading.Thread(target=ask)
        reader.start()
        assert started.wait(30)
        process.send_signal(signal.SIGTERM)
        reader.join(60)
        assert process.wait(60) == 0
        assert lines[-2:] == ["data: [DONE]", ""]
        chunks = [json.loads(line.removeprefix("data: ")) for line in lines
                  if line and "[DONE]" not in line]
        ends = [choice["finish_reason"] for chunk in chunks for choice in chunk["choices"]]
        assert len([end for end in ends if end]) == 8
        assert "the server has ended" in process.stderr.read()


def test_the_key_comes_from_the_environment(tmp_path):
    run = tiny_run(tmp_path)
    with serving(str(run), TWINFORMER_API_KEY="secret") as (_, address):
        assert httpx.get(f"{address}/v1/models").status_code == 401
        known = {"Authorization": "Bearer secret"}
        assert httpx.get(f"{address}/v1/models", headers=known).status_code == 200


def test_a_port_that_is_taken_is_said_before_the_model_is_read(tmp_path, capsys):
    import socket
    with socket.socket() as other:
        port = free_port()
        other.bind(("127.0.0.1", port))
        other.listen()
        assert main(["serve", "no-such-run", "--port", str(port)]) == 2
    assert f"cannot listen on 127.0.0.1 port {port}" in capsys.readouterr().err


def test_bad_options_are_said(tmp_path, capsys):
    for words, said in ((["--port", "99999"], "between 0 and 65535"),
                        (["--timeout", "0"], "--timeout must be above 0"),
                        (["--max_texts", "0"], "max_texts"), ([], "there is no run at")):
        assert main(["serve", "no-such-run", *(words or ["--port", "0"])]) == 2
        assert said in capsys.readouterr().err
