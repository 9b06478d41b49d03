"""Servers on bad days, kills, and a server that goes away: the same file as without."""
import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter

import pytest

from twinformer.synthetic.task_prompts import tasks_in

from ..judge_server import Reply, judge_server
from ..tiny_base import command
from .teacher import teacher

TROUBLES = [Reply(500, b"out of memory"), Reply(429, Retry_After="0"), Reply(503), Reply.cuts,
            Reply.cuts_late, Reply(200, b"<html>log in</html>"), Reply(200, b'{"choices": []}')]


def words_for(url, out, count=24):
    return ["generate-data", "instructions", "--model", "m", "--endpoint", f"{url}/v1", "--out",
            str(out), "--count", str(count), "--pause", "0.001", "--patience", "0.5",
            "--concurrency", "3", "--judge", "j", "--min-score", "60"]


def make(capsys, url, out, *words, **options):
    return command(capsys, *words_for(url, out, **options), *words)


def asked_of(asked):
    """How often each question was put."""
    return Counter(json.dumps(content, sort_keys=True) for *_, content in asked)


def test_a_bad_day_changes_nothing(tmp_path, capsys):
    """Every third question fails in some way at first."""
    seen = Counter()

    def script(content, times):
        question = json.dumps(content)
        seen[question] += 1
        if seen[question] == 1 and len(seen) % 3 == 0:
            return TROUBLES[len(seen) // 3 % len(TROUBLES)]
        return teacher(content, times)

    with judge_server(script) as (url, _):
        code, _, err = make(capsys, url, tmp_path / "bad.jsonl")
        assert code == 0 and "try 2 of 6 in 0 s" in err
        assert make(capsys, url, tmp_path / "good.jsonl")[0] == 0       # all seen before
    assert (tmp_path / "bad.jsonl").read_bytes() == (tmp_path / "good.jsonl").read_bytes()
    bad, good = (json.loads((tmp_path / f"{name}.jsonl.manifest.json").read_text("utf-8"))
                 for name in ("bad", "good"))
    assert bad["counts"] == good["counts"] and bad["file"]["sha256"] == good["file"]["sha256"]


def test_killed_at_random_moments(tmp_path, capsys):
    """SIGKILL while questions are out, three times: nothing that was answered is asked again."""
    moments = random.Random(os.getpid()).sample(range(2, 22), 3)
    print(moments)
    state = {"kill at": moments.pop(0)}
    reached = threading.Event()

    def script(content, times):
        if times == state["kill at"]:
            reached.set()
        return teacher(content, times)

    with judge_server(script) as (url, asked):
        out = tmp_path / "killed.jsonl"
        line = [sys.executable, "-m", "twinformer", *words_for(url, out)]
        while True:
            child = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while not reached.wait(0.01) and child.poll() is None:
                pass
            if child.poll() is not None:
                break
            child.kill()
            child.wait(20)
            assert child.returncode == -signal.SIGKILL if os.name != "nt" else child.returncode
            reached.clear()
            state["kill at"] = len(asked) + moments.pop(0) if moments else -1
        assert child.returncode == 0
        log = out.with_name("killed.jsonl.log").read_bytes()
        again = asked_of(asked)
        # a question whose answer was on its way when the kill came: at most 3 a kill
        assert sum(count - 1 for count in again.values()) <= 3 * 3
        assert make(capsys, url, tmp_path / "whole.jsonl")[0] == 0
        assert (tmp_path / "whole.jsonl").read_bytes() == out.read_bytes()
        asked_before = len(asked)
        assert make(capsys, url, out)[0] == 0 and len(asked) == asked_before
        assert out.with_name("killed.jsonl.log").read_bytes() == log


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
def test_ctrl_c_keeps_what_there_is(tmp_path):
    reached = threading.Event()

    def script(content, times):
        if times > 40:
            reached.set()
            return Reply.hangs
        return teacher(content, times)

    with judge_server(script) as (url, _):
        out = tmp_path / "tasks.jsonl"
        child = subprocess.Popen(
            [sys.executable, "-m", "twinformer", *words_for(url, out, 400), "--patience", "60"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        assert reached.wait(120)
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=120)
    assert child.returncode == 130
    manifest = json.loads(out.with_name("tasks.jsonl.manifest.json").read_text("utf-8"))
    assert manifest["complete"] is False and manifest["file"]["records"] > 0
    there = len(out.read_text("utf-8").splitlines())
    assert there == manifest["file"]["records"]
    assert err == (f"{there} tasks are in {out}; the same command goes on\n"
                   "twinformer: interrupted\n")


def test_a_server_that_goes_away(tmp_path, capsys):
    """What is done is written, the next run asks for the rest, and is as if nothing happened."""
    gone = {"after": 30}

    def script(content, times):
        return teacher(content, times) if times <= gone["after"] else Reply(500)

    with judge_server(script) as (url, asked):
        out = tmp_path / "tasks.jsonl"
        code, said, err = make(capsys, url, out, "--tries", 2)
        assert code == 2 and said == "" and "given up: " in err and "answered 500" in err
        assert "the same command goes on from there" in err
        part = out.read_text("utf-8").splitlines()
        assert f"{len(part)} are in {out}," in err and 0 < len(part) < 24
        failed = len(asked) - 30
        gone["after"] = 10**6
        assert make(capsys, url, out)[0] == 0
        assert max(asked_of(asked[:30] + asked[30 + failed:]).values()) == 1
        assert out.read_text("utf-8").splitlines()[:len(part)] == part
        assert make(capsys, url, tmp_path / "whole.jsonl")[0] == 0
    assert out.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


def test_a_question_that_is_refused_is_left_out(tmp_path, capsys):
    """400 for some: of tasks, for good; of answers, until the next run."""
    refuse = {"on": True}

    def script(content, times):
        prompt = content["messages"][0]["content"]
        if content.get("seed") == 124 and "numbered" in prompt:
            return Reply(400, b"content filter")
        if refuse["on"] and "numbered" not in prompt and "the bridge" in prompt.split("[")[0]:
            return Reply(422)
        return teacher(content, times)

    with judge_server(script) as (url, asked):
        out = tmp_path / "tasks.jsonl"
        code, said, _ = make(capsys, url, out)
        assert code == 0 and "1  no answer" in said and "requests without tasks" in said
        assert "the bridge" not in out.read_text("utf-8")
        first, refuse["on"] = len(asked), False
        assert make(capsys, url, out)[0] == 0
        later = [content["messages"][0]["content"] for *_, content in asked[first:]]
        assert later and all("the bridge" in prompt for prompt in later)
        assert "the bridge" in out.read_text("utf-8")


def test_cut_off_answers_teach_nothing(tmp_path, capsys):
    """Of a list of tasks, the last one may be half of one."""
    def script(content, times):
        text = teacher(content, times)
        body = {"choices": [{"message": {"content": text}, "finish_reason": (
            "length" if "numbered" in content["messages"][0]["content"] else "stop")}],
            "usage": {"prompt_tokens": 10, "completion_tokens": 3}}
        return Reply(200, json.dumps(body).encode())

    with judge_server(script) as (url, asked):
        code, said, _ = make(capsys, url, tmp_path / "a.jsonl", "--judge", "", count=10)
    whole = sum(len(tasks_in(teacher(content, 0), False, 8)) for *_, content in asked[:4])
    assert code == 0 and f"tasks proposed {whole:>15}\n" in said and whole < 4 * 8
    tokens = json.loads((tmp_path / "a.jsonl.manifest.json").read_text())["counts"]["tokens"]
    assert tokens == {"asked": 10 * len(asked), "answered": 3 * len(asked)}


def test_halves_of_characters(tmp_path, capsys):
    """JSON can name them, and no file can hold them."""
    def script(content, times):
        body = {"choices": [{"message": {"content": teacher(content, times) + " \ud83d end"}}]}
        return Reply(200, json.dumps(body).encode())

    with judge_server(script) as (url, _):
        out = tmp_path / "a.jsonl"
        assert make(capsys, url, out, "--judge", "", count=5)[0] == 0
        content = out.read_bytes()
        assert b" ? end" in content
        assert make(capsys, url, out, "--judge", "", count=5)[0] == 0
        assert out.read_bytes() == content
