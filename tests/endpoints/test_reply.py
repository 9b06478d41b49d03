"""How an answer ended, how long it may be, and which of several it is."""
import json

import pytest

from twinformer.endpoints.endpoint import Endpoint
from twinformer.endpoints.refusals import Unanswered
from twinformer.endpoints.reply import Reply, reply_of

from ..judge_server import judge_server

QUESTION = [{"role": "user", "content": "How good?"}]


def openai(text="hi", **other):
    return json.dumps({"choices": [{"message": {"content": text}, **other}],
                       "usage": {"prompt_tokens": 7, "completion_tokens": 2}}).encode()


def test_openai():
    assert reply_of(openai(finish_reason="stop"), "openai") == Reply("hi", True, (7, 2))
    assert reply_of(openai(finish_reason="length"), "openai") == Reply("hi", False, (7, 2))
    assert reply_of(openai(), "openai").whole          # not told: taken as whole


def test_ollama():
    sent = {"message": {"content": "hi"}, "done_reason": "length", "prompt_eval_count": 5,
            "eval_count": 3}
    assert reply_of(json.dumps(sent).encode(), "ollama") == Reply("hi", False, (5, 3))
    sent = {"message": {"content": "hi"}, "done_reason": "stop"}
    assert reply_of(json.dumps(sent).encode(), "ollama") == Reply("hi", True, (0, 0))


@pytest.mark.parametrize("usage", [None, [], 3, {"prompt_tokens": "7", "completion_tokens": -1}])
def test_a_usage_that_is_none(usage):
    body = json.dumps({"choices": [{"message": {"content": "hi"}}], "usage": usage}).encode()
    assert reply_of(body, "openai") == Reply("hi")


@pytest.mark.parametrize("body", [b"", b"[]", b"3", b"null", b'{"choices": {}}', b"[" * 100_000,
                                  b'{"choices": [[]]}', openai(text=None), openai(text=5)])
def test_what_is_no_chat_may_pass(body):
    with pytest.raises(Unanswered, match="no chat") as problem:
        reply_of(body, "openai")
    assert problem.value.again and not problem.value.final


def test_length_and_draw_are_sent():
    with judge_server(["a"]) as (url, asked):
        Endpoint(f"{url}/v1", "m", max_tokens=9, seed=100).reply(QUESTION, draw=3)
        Endpoint(url, "m", protocol="ollama", max_tokens=9, seed=100).reply(QUESTION, draw=4)
        Endpoint(f"{url}/v1", "m", seed=None).reply(QUESTION, draw=5)
    sent = [content for *_, content in asked]
    assert (sent[0]["max_tokens"], sent[0]["seed"]) == (9, 103)
    assert sent[1]["options"] == {"num_predict": 9, "seed": 104, "temperature": 0.0}
    assert "seed" not in sent[2] and "max_tokens" not in sent[2]
