"""The server as its clients meet it: OpenAI's own client, curl, and people with bad intentions."""
import concurrent.futures
import json
import random
import socket
import string
import time

import httpx
import openai
import pytest

from .conftest import served, tiny_service


@pytest.fixture
def client(tiny):
    return openai.OpenAI(base_url=f"{tiny[1]}/v1", api_key="none", max_retries=0)


def test_the_models(client):
    assert [model.id for model in client.models.list()] == ["tiny"]
    assert client.models.retrieve("tiny").owned_by == "twinformer"
    with pytest.raises(openai.NotFoundError, match="there is 'tiny'"):
        client.models.retrieve("../../etc/passwd")


def test_a_completion_streamed_is_the_completion(client):
    wish = {"model": "tiny", "prompt": ["The", "quick brown"], "max_tokens": 12, "seed": 5,
            "n": 2, "temperature": 0.8, "extra_body": {"top_k": 50}}
    whole = client.completions.create(**wish)
    assert [choice.index for choice in whole.choices] == [0, 1, 2, 3]
    assert whole.usage.prompt_tokens == 3 + 11
    assert whole.usage.completion_tokens <= 4 * 12
    streamed, ends, told = ["", "", "", ""], {}, None
    for chunk in client.completions.create(**wish, stream=True,
                                           stream_options={"include_usage": True}):
        told = chunk.usage or told
        for choice in chunk.choices:
            streamed[choice.index] += choice.text
            ends[choice.index] = choice.finish_reason or ends.get(choice.index)
    assert streamed == [choice.text for choice in whole.choices]
    assert ends == {choice.index: choice.finish_reason for choice in whole.choices}
    assert told == whole.usage


def test_a_chat_streamed_is_the_chat(client):
    wish = {"model": "tiny", "messages": [
        {"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hi"}],
        "max_tokens": 9, "seed": 1, "logprobs": True, "top_logprobs": 3}
    whole = client.chat.completions.create(**wish)
    assert whole.choices[0].message.role == "assistant"
    tokens = whole.choices[0].logprobs.content
    assert len(tokens) == whole.usage.completion_tokens
    assert all(len(token.top_logprobs) == 3 and token.logprob <= 0 for token in tokens)
    text, found = "", []
    for chunk in client.chat.completions.create(**wish, stream=True):
        for choice in chunk.choices:
            text += choice.delta.content or ""
            found += choice.logprobs.content if choice.logprobs else []
    assert text.strip() == whole.choices[0].message.content
    assert [token.bytes for token in found] == [token.bytes for token in tokens]


def test_token_ids_echo_and_logprobs_of_a_completion(client):
    found = client.completions.create(model="tiny", prompt=[84, 104, 101], max_tokens=3, echo=True,
                                      logprobs=2, temperature=0).choices[0]
    assert found.text.startswith("The")
    assert len(found.logprobs.tokens) == len(found.logprobs.top_logprobs) <= 3
    assert found.logprobs.text_offset[0] == 0


REFUSED = [
    ("completions", {"prompt": "x" * 200}, "200 tokens, and the model's context is 160"),
    ("completions", {"prompt": [999]}, "257"),
    ("completions", {"prompt": []}, "prompt is an empty list"),
    ("completions", {"prompt": ["a"] * 200}, "at most 128 prompts at once, got 200"),
    ("completions", {"prompt": "a", "temperature": -1}, "temperature"),
    ("completions", {"prompt": "a", "max_tokens": 0}, "max_tokens"),
    ("completions", {"prompt": "a", "n": 99}, "at most 32 texts"),
    ("completions", {"prompt": "a", "suffix": "b"}, "suffix is not to be had"),
    ("completions", {"prompt": "a", "presence_penalty": 1}, "repetition_penalty is"),
    ("completions", {"prompt": "a", "stop": [""]}, "stop strings of 1 to"),
    ("completions", {"prompt": "a", "logit_bias": {"999": 1}}, "999"),
    ("completions", {"prompt": "a", "model": "gpt-4"}, "there is 'tiny'"),
    ("chat/completions", {"messages": []}, "messages"),
    ("chat/completions", {"messages": [{"role": "user", "content": " "}]}, "question is empty"),
    ("chat/completions", {"messages": [{"role": "assistant", "content": "a"}]}, "last message"),
    ("chat/completions", {"messages": [{"role": "user", "content": "a"}],
                          "tools": [{"type": "function"}]}, "tools are not to be had"),
    ("chat/completions", {"messages": [{"role": "user", "content": [
        {"type": "image_url", "image_url": {"url": "file:///etc/passwd"}}]}]},
     "messages.0.content"),
    ("embeddings", {"input": "a"}, "gives no embeddings; serve a BERT"),
]


@pytest.mark.parametrize("route, body, words", REFUSED)
def test_what_cannot_be_had_is_said(tiny, route, body, words):
    found = httpx.post(f"{tiny[1]}/v1/{route}", json=body)
    assert found.status_code in (400, 404)
    assert words in found.json()["error"]["message"]


def test_what_is_no_request_is_said_too(tiny):
    for content in (b"", b"{", b"\xff\xfe", b"[]", b"null", b'{"prompt": NaN}'):
        found = httpx.post(f"{tiny[1]}/v1/completions", content=content,
                           headers={"content-type": "application/json"})
        assert found.status_code == 400 and found.json()["error"]["message"]
    assert httpx.get(f"{tiny[1]}/v1/nothing").status_code == 404
    assert httpx.get(f"{tiny[1]}/v1/completions").status_code == 405


def test_a_thousand_bad_bodies_bring_no_500(tiny):
    """Each is a good one with something in it replaced."""
    dice = random.Random(7)
    odd = [None, True, -1, 0, 1e308, 1e-320, 2 ** 70, "", "x" * 300, "\ud800", [], [[]], {}, [{}],
           {"a": {"b": []}}, "NaN", [None], ["a", 1], float("inf"), "\0", [[1, -5]], "../x"]
    good = [("completions", {"prompt": "a", "max_tokens": 2, "n": 1, "stop": ["q"], "seed": 1,
                             "temperature": 1, "top_p": 0.5, "logprobs": 2, "top_k": 3,
                             "logit_bias": {"5": 1}, "stream": False, "echo": True}),
            ("chat/completions", {"messages": [{"role": "user", "content": "a"}], "max_tokens": 2,
                                  "stream_options": {"include_usage": True}, "top_logprobs": 1,
                                  "logprobs": True, "response_format": {"type": "text"}}),
            ("embeddings", {"input": "a", "encoding_format": "float"})]
    statuses = set()
    with httpx.Client(base_url=tiny[1], timeout=30) as http:
        for _ in range(1000):
            route, body = dice.choice(good)
            body = json.loads(json.dumps(body))
            for _ in range(dice.randint(1, 3)):
                name = dice.choice([*body, "".join(dice.choices(string.printable, k=5))])
                body[name] = dice.choice(odd)
            text = json.dumps(body)
            if dice.random() < 0.1:
                text = text[:dice.randrange(len(text))]
            found = http.post(f"/v1/{route}", content=text.encode("utf-8", "surrogatepass"),
                              headers={"content-type": "application/json"})
            statuses.add(found.status_code)
            assert found.status_code < 500, (text, found.text)
            if not found.text.startswith("data: "):     # "stream": true was drawn
                found.json()
    assert 400 in statuses and 200 in statuses
    assert httpx.get(f"{tiny[1]}/health").json() == {"status": "ok"}


def test_a_body_that_is_too_large_is_not_read(tiny):
    service = tiny_service()
    with served(service, max_body=2000) as address:
        said = httpx.post(f"{address}/v1/completions", content=b"x" * 3000)
        assert said.status_code == 413 and "2,000 bytes" in said.json()["error"]["message"]

        def endless():
            for _ in range(100):
                yield b"y" * 100
        assert httpx.post(f"{address}/v1/completions", content=endless()).status_code == 413


def test_who_sends_a_body_byte_by_byte_holds_no_place():
    with served(tiny_service(), body_seconds=0.3) as address:
        host, port = address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=20) as slow:
            slow.sendall(b"POST /v1/completions HTTP/1.1\r\nHost: here\r\n"
                         b"Content-Length: 100\r\n\r\n{")
            said = slow.makefile("rb").read()       # to its end: the server closes
        assert said.startswith(b"HTTP/1.1 408") and b"after 0.3 seconds" in said
        assert httpx.post(f"{address}/v1/completions", json={"prompt": "a", "max_tokens": 1}
                          ).status_code == 200


def test_who_does_not_know_the_key_is_sent_away():
    with served(tiny_service(), api_key="geheim-ключ") as address:
        for words in ({}, {"Authorization": "Bearer no"}, {"Authorization": "geheim-ключ"}):
            encoded = {name: value.encode() for name, value in words.items()}
            assert httpx.get(f"{address}/v1/models", headers=encoded).status_code == 401
        assert httpx.get(f"{address}/health").status_code == 200
    with served(tiny_service(), api_key="key") as address:
        known = openai.OpenAI(base_url=f"{address}/v1", api_key="key")
        assert known.completions.create(model="tiny", prompt="a", max_tokens=1).choices
        with pytest.raises(openai.AuthenticationError):
            openai.OpenAI(base_url=f"{address}/v1", api_key="no").models.list()


def test_a_page_from_elsewhere_is_not_let_in_unless_named():
    asks = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    with served(tiny_service()) as address:
        found = httpx.options(f"{address}/v1/completions", headers=asks)
        assert "access-control-allow-origin" not in found.headers
    with served(tiny_service(), allow_origins=("https://elsewhere.example",)) as address:
        found = httpx.options(f"{address}/v1/completions", headers=asks)
        assert found.headers["access-control-allow-origin"] == "https://elsewhere.example"


def test_a_crowd_is_served_whole_and_beyond_it_503():
    """More than may wait come at once: each is served, or told when to come again."""
    service = tiny_service(max_texts=4, max_waiting=6)
    with served(service) as address:
        def ask(seed):
            return httpx.post(f"{address}/v1/completions", timeout=60, json={
                "prompt": "abc", "max_tokens": 20, "seed": seed % 5, "temperature": 1.0})

        with concurrent.futures.ThreadPoolExecutor(30) as people:
            found = list(people.map(ask, range(60)))
        texts = {}
        for seed, reply in enumerate(found):
            assert reply.status_code in (200, 503)
            if reply.status_code == 503:
                assert reply.headers["Retry-After"] == "1"
            else:
                texts.setdefault(seed % 5, set()).add(reply.json()["choices"][0]["text"])
        assert all(len(several) == 1 for several in texts.values())
        assert any(reply.status_code == 200 for reply in found)
        assert len(service.engine.batch) == 0


def test_an_answer_that_takes_too_long_is_given_up():
    service = tiny_service()
    step = service.engine.batch.step

    def slow(tokens):
        time.sleep(0.05)
        return step(tokens)

    service.engine.batch.step = slow
    with served(service, seconds=0.4) as address:
        late = httpx.post(f"{address}/v1/completions", json={"prompt": "a", "max_tokens": 60})
        assert late.status_code == 504 and "took longer" in late.json()["error"]["message"]
        lines = httpx.post(f"{address}/v1/completions", json={
            "prompt": "a", "max_tokens": 60, "stream": True}).text
        assert "took longer than 0.4 s" in lines and lines.endswith("data: [DONE]\n\n")
        await_empty(service)


def test_who_hangs_up_is_written_for_no_longer():
    """Streamed or not; half a request is no request."""
    service = tiny_service()
    step, steps = service.engine.batch.step, []

    def slow(tokens):
        time.sleep(0.02)
        steps.append(len(tokens))
        return step(tokens)

    service.engine.batch.step = slow
    with served(service) as address:
        port = int(address.rpartition(":")[2])
        for stream in (True, False):
            steps.clear()
            body = json.dumps({"prompt": "a", "max_tokens": 60, "stream": stream,
                               "logit_bias": {"256": -100}}).encode()
            with socket.create_connection(("127.0.0.1", port)) as line:
                line.sendall(b"POST /v1/completions HTTP/1.1\r\nHost: x\r\nContent-Type: "
                             b"application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
                while len(steps) < 3:
                    time.sleep(0.01)
            await_empty(service)
            assert len(steps) < 40
        with socket.create_connection(("127.0.0.1", port)) as line:
            line.sendall(b"POST /v1/completions HTTP/1.1\r\nHost: x\r\n"
                         b"Content-Length: 99\r\n\r\n{")
        assert httpx.get(f"{address}/health").status_code == 200


def await_empty(service):
    for _ in range(400):
        if not service.engine.rows and not len(service.engine.batch):
            return
        time.sleep(0.01)
    raise AssertionError("the batch was never empty")


def test_what_is_counted(tiny):
    httpx.post(f"{tiny[1]}/v1/completions", json={"prompt": "abc", "max_tokens": 4})
    httpx.get(f"{tiny[1]}/made/up/{time.time()}")
    text = httpx.get(f"{tiny[1]}/metrics").text
    assert 'twinformer_requests_total{route="/v1/completions",status="200"}' in text
    assert "twinformer_prompt_tokens_total" in text
    assert "made/up" not in text        # a client could make the list endless


def test_health_says_when_the_engine_has_died():
    service = tiny_service()
    with served(service) as address:
        service.engine.stop(10)
        assert httpx.get(f"{address}/health").status_code == 503
        assert httpx.post(f"{address}/v1/completions", json={"prompt": "a"}).status_code == 503
