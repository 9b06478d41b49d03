"""A judge behind a network that fails: patience where it helps, plain words where it does not."""
import json
import time
from email.utils import formatdate

import pytest

from twinformer.endpoints.address import address
from twinformer.endpoints.endpoint import Endpoint
from twinformer.endpoints.refusals import Unanswered, seconds_of

from ..judge_server import Reply, judge_server

QUESTION = [{"role": "user", "content": "How good?"}]
KEY = "sk-very-secret-0123456789"


def ask(url, **options):
    told = []
    options = {"pause": 0.01, "patience": 0.5, "tell": told.append} | options
    try:
        return Endpoint(f"{url}/v1", "a-model", **options).ask(QUESTION), told
    except Unanswered as problem:
        return problem, told


@pytest.mark.parametrize("trouble", [
    Reply(429, Retry_After="0"), Reply(500, b"out of memory"), Reply(503), Reply(529),
    Reply(408), Reply.cuts, Reply.cuts_late, Reply.drips, Reply.endless,
    Reply(200, b"<html>log in</html>"), Reply(200, b"{}"), Reply(200, b'{"choices": []}'),
    Reply(200, b'{"choices": [{"message": {"content": null}}]}'), Reply(200, b"\xff\xfe"),
], ids=["429", "500", "503", "529", "408", "cut", "cut late", "drop by drop", "endless", "html",
        "empty", "no choice", "null", "no utf-8"])
def test_what_passes_is_tried_again(trouble):
    with judge_server([trouble, trouble, "85"]) as (url, asked):
        answer, told = ask(url)
    assert answer == "85" and len(asked) == 3
    assert len(told) == 2 and "try 2 of 6" in told[0] and "\n" not in told[0]


def test_a_server_that_says_nothing():
    with judge_server([Reply.hangs, "85"]) as (url, asked):
        start = time.monotonic()
        answer, told = ask(url, patience=0.2)
        assert time.monotonic() - start < 1.5
    assert answer == "85" and "stopped answering" in told[0]


def test_the_last_try_says_what_happened():
    with judge_server([Reply(500, b'{"error": "model  needs\\n more memory"}')]) as (url, asked):
        problem, told = ask(url, tries=3)
    assert isinstance(problem, Unanswered) and not problem.final
    assert len(asked) == 3 and len(told) == 2
    assert "answered 500" in str(problem) and "more memory" in str(problem)
    assert "\n" not in str(problem)


@pytest.mark.parametrize(("trouble", "message"), [
    (Reply(401, b"bad key"), "is the key right?"),
    (Reply(403), "is the key right?"),
    (Reply(404, b'{"error": "model \'x\' not found"}'), "is there such a model?"),
    (Reply(429, b'{"code": "insufficient_quota"}'), "insufficient_quota"),
    (Reply(302, Location="http://elsewhere/login"), "sends us on to http://elsewhere/login"),
    (Reply(429, Retry_After="3600"), "asks to wait 3,600 s"),
])
def test_what_does_not_pass_ends_it_at_once(trouble, message):
    with judge_server([trouble, "85"]) as (url, asked):
        problem, told = ask(url)
    assert problem.final and message in str(problem)
    assert len(asked) == 1 and not told


def test_one_question_too_long_does_not_end_the_others():
    with judge_server([Reply(400, b"context length exceeded"), "85"]) as (url, asked):
        problem, _ = ask(url)
    assert not problem.final and "context length exceeded" in str(problem) and len(asked) == 1


def test_nobody_listens():
    with judge_server(["85"]) as (url, _):
        pass
    problem, told = ask(url, tries=3)
    assert problem.final and "no connection" in str(problem) and len(told) == 2


@pytest.mark.parametrize(("wait", "least", "most"), [
    ("0.4", 0.4, 1.5),
    (lambda: formatdate(time.time() + 2, usegmt=True), 0.8, 3),
    ("soon", 0, 0.5)])
def test_the_server_says_how_long_to_wait(wait, least, most):
    wait = wait() if callable(wait) else wait
    with judge_server([Reply(429, Retry_After=wait), "85"]) as (url, _):
        start = time.monotonic()
        answer, _ = ask(url)
        assert answer == "85" and least <= time.monotonic() - start <= most


def test_pauses_double():
    with judge_server([Reply(503)]) as (url, _):
        start = time.monotonic()
        _, told = ask(url, pause=0.02, tries=5)
        total = time.monotonic() - start
    assert 0.02 * (1 + 2 + 4 + 8) <= total < 3
    assert len(told) == 4


@pytest.mark.parametrize(("text", "seconds"), [
    ("", 0), ("7", 7), ("-1", 0), ("nan", 0), ("inf", float("inf")), ("next week", 0),
    ("Wed, 21 Oct 2015 07:28:00 GMT", 0)])
def test_retry_after(text, seconds):
    assert seconds_of(text) == seconds


@pytest.mark.parametrize(("given", "expected"), [
    ("http://localhost:11434", "http://localhost:11434/api/chat"),
    ("http://localhost:11434/", "http://localhost:11434/api/chat"),
    ("http://box:80/api", "http://box:80/api/chat"),
    ("http://box/api/chat", "http://box/api/chat"),
    ("http://localhost:11434/v1", "http://localhost:11434/v1/chat/completions"),
    ("http://localhost:8000", "http://localhost:8000/v1/chat/completions"),
    ("https://api.openai.com/v1/", "https://api.openai.com/v1/chat/completions"),
    ("https://x/openai/v1/chat/completions?version=2",
     "https://x/openai/v1/chat/completions?version=2")])
def test_addresses(given, expected):
    url, protocol = address(given)
    assert url == expected
    assert protocol == ("ollama" if url.endswith("/api/chat") else "openai")


@pytest.mark.parametrize(("given", "message"), [
    ("localhost:11434", "is no address of a server; expected one such as http://"),
    ("ftp://x", "is no address"), ("http://", "is no address"), ("http://x:port", "no address"),
    ("https://me:secret@x/v1", "must not hold a name or password")])
def test_addresses_that_are_none(given, message):
    with pytest.raises(ValueError, match=message) as caught:
        address(given)
    assert "secret" not in str(caught.value)


def test_how_both_protocols_ask():
    with judge_server(["85"]) as (url, asked):
        assert Endpoint(f"{url}/v1", "m", seed=7).ask(QUESTION) == "85"
        assert Endpoint(f"{url}/api", "m", temperature=None, seed=None).ask(QUESTION) == "85"
        assert Endpoint(url, "m", protocol="ollama", key=KEY).ask(QUESTION) == "85"
    (path, headers, first), (other, _, second), (third, with_key, _) = asked
    assert path == "/v1/chat/completions" and other == third == "/api/chat"
    assert first == {"model": "m", "messages": QUESTION, "stream": False, "seed": 7,
                     "temperature": 0.0}
    assert second == {"model": "m", "messages": QUESTION, "stream": False,
                      "options": {}}
    assert "Authorization" not in headers
    assert with_key["Authorization"] == f"Bearer {KEY}"


def test_the_key_is_in_no_message():
    """Not even where the server sends it back."""
    echo = json.dumps({"error": f"wrong key {KEY}"}).encode()
    with judge_server([Reply(500, echo), Reply(401, echo)]) as (url, _):
        problem, told = ask(url, key=KEY)
    assert "[key]" in str(problem) and "[key]" in told[0]
    assert KEY not in str(problem) + "".join(told) and problem.__cause__ is None


def test_no_proxy_stands_before_this_machine(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with judge_server(["85"]) as (url, _):
        assert ask(url, tries=1)[0] == "85"


def test_the_key_is_not_replaced_by_that_of_a_netrc(monkeypatch, tmp_path):
    """Which requests would take for any host that stands in it."""
    from twinformer.endpoints import endpoint

    (tmp_path / "netrc").write_text("default login me password other\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setattr(endpoint, "LOCAL", ())      # as if it were far away
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with judge_server(["85"]) as (url, asked):
        assert ask(url, key=KEY)[0] == "85"
        assert ask(url)[0] == "85"
    assert asked[0][1]["Authorization"] == f"Bearer {KEY}"
    assert "Authorization" not in asked[1][1]


@pytest.mark.parametrize("options", [{"tries": 0}, {"patience": 0}])
def test_options_without_sense(options):
    with pytest.raises(ValueError, match="at least 1 try"):
        Endpoint("http://x", "m", **options)
