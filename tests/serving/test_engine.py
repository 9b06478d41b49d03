"""The engine: whoever else is being served, each request gets the text that it gets alone."""
import threading
import time

import numpy as np
import pytest

from parity_tests.agreement import assert_printed
from twinformer.backend import implementation
from twinformer.serving.engine import Full
from twinformer.serving.text_request import TextRequest

from .conftest import tiny_service

SIZES = {"context": 64, "vocab_size": 257}


def run_all(service, requests, pause=0.0):
    """Submit them, one after the other; the jobs, all done."""
    done, jobs = threading.Semaphore(0), []
    failures = []

    def say(job, text, piece):
        if text is None:
            failures.append(piece)
            done.release()

    for request in requests:
        jobs.append(service.engine.submit(request, say))
        time.sleep(pause)
    for _ in requests:
        assert done.acquire(timeout=60)
    assert failures == [None] * len(requests)
    return jobs


@pytest.mark.parametrize("kind", ["gpt2", "gemma3", "qwen3_moe"])
@pytest.mark.parametrize("backend", ["torch", "numpy"])
def test_equal_seeds_give_the_text_they_give_alone(backend, kind):
    """Twenty of unequal lengths and wishes, of which eight are written at once."""
    service = tiny_service(kind, backend, max_texts=8)
    service.engine.start()
    rng, package = np.random.default_rng(0), implementation("numpy")
    model = package.new_model(service.config, 3)
    requests = []
    for number in range(20):
        length = int(rng.integers(1, 60))
        requests.append(TextRequest(
            ids=rng.integers(0, 256, length).tolist(), **SIZES, seed=number,
            n=1 + number % 3, max_new_tokens=int(rng.integers(1, 20)),
            temperature=[0, 1.0, 0.7][number % 3], top_k=[None, 5][number % 2],
            top_p=[None, 0.9][number % 2], repetition_penalty=[1.0, 1.3][number % 2],
            logit_bias={7: 2.0} if number % 4 == 0 else None, stop=(10, 20, 30)))
    for job, request in zip(run_all(service, requests), requests, strict=True):
        alone = list(package.generate(
            model, [request.ids], request.room, n=request.n, stop=request.stop,
            seed=request.seed, temperature=request.temperature, top_k=request.top_k,
            top_p=request.top_p, repetition_penalty=request.repetition_penalty,
            logit_bias=request.logit_bias))
        for text, ids in zip(job.texts, zip(*alone, strict=True), strict=True):
            kept = list(ids)
            for place, token in enumerate(kept):
                if token in request.stop:
                    kept = kept[:place + 1]
                    break
            assert [piece.token.id for piece in text.pieces] == kept
            assert text.ended == ("stop" if kept[-1] in request.stop else "length")
    assert len(service.engine.batch) == 0
    service.engine.stop(10)
    assert not service.engine.thread.is_alive()


def test_a_text_ends_where_its_context_does():
    service = tiny_service()
    service.engine.start()
    job, = run_all(service, [TextRequest(ids=[1] * 60, **SIZES, max_new_tokens=500)])
    assert len(job.texts[0].pieces) == 4
    with pytest.raises(ValueError, match="64 tokens, and the model's context is 64"):
        TextRequest(ids=[1] * 64, **SIZES)
    service.engine.stop(10)


def test_a_reader_who_has_gone_makes_room():
    """In the queue and in the batch; the others' texts stay what they were."""
    service = tiny_service(max_texts=1)
    first = service.engine.submit(TextRequest(ids=[1], **SIZES, max_new_tokens=40),
                                  lambda *_: None)
    second = service.engine.submit(TextRequest(ids=[2], **SIZES), lambda *_: pytest.fail())
    second.cancel()
    service.engine.start()
    while not first.texts:
        time.sleep(0.001)
    first.cancel()
    job, = run_all(service, [TextRequest(ids=[3], **SIZES, max_new_tokens=5, temperature=0)])
    assert len(job.texts[0].pieces) == 5
    assert len(first.texts[0].pieces) < 40 and not second.texts
    service.engine.stop(10)


def test_a_full_queue_sends_away_and_a_stopping_engine_finishes():
    service = tiny_service(max_waiting=2)
    heard = []
    wish = TextRequest(ids=[1], **SIZES, max_new_tokens=3)
    for _ in range(2):
        service.engine.submit(wish, lambda *event: heard.append(event))
    with pytest.raises(Full, match="2 requests wait"):
        service.engine.submit(wish, heard.append)
    service.engine.waiting[0].cancel()      # who has gone takes nobody's place
    service.engine.submit(wish, lambda *event: heard.append(event))
    with pytest.raises(ValueError, match="at most 32 texts"):
        service.engine.submit(TextRequest(ids=[1], **SIZES, n=33), heard.append)
    service.engine.start()
    service.engine.stop(20)
    assert [piece for _, text, piece in heard if text is None] == [None, None]
    with pytest.raises(Full):
        service.engine.submit(wish, heard.append)


def test_a_failure_is_told_to_whom_it_concerns_and_to_nobody_else(monkeypatch):
    service = tiny_service()
    add, fails = service.engine.batch.add, [True]

    def broken(*words):
        if fails and fails.pop():
            raise RuntimeError("a bug")
        return add(*words)

    monkeypatch.setattr(service.engine.batch, "add", broken)
    service.engine.start()
    heard, done = [], threading.Event()

    def say(job, text, problem):
        heard.append(problem)
        done.set()

    service.engine.submit(TextRequest(ids=[1], **SIZES), say)
    assert done.wait(20)
    assert isinstance(heard[0], RuntimeError)
    job, = run_all(service, [TextRequest(ids=[1], **SIZES, max_new_tokens=2)])
    assert len(job.texts[0].pieces) == 2
    service.engine.stop(10)


def test_a_stop_string_ends_a_text_and_no_part_of_it_is_shown():
    service = tiny_service()
    service.engine.start()
    wish = {"ids": [65], **SIZES, "max_new_tokens": 30, "temperature": 0}
    job, = run_all(service, [TextRequest(**wish)])
    whole = job.texts[0].text
    assert len(whole) > 10
    stop = whole[4:6]
    job, = run_all(service, [TextRequest(**wish, stop_strings=(stop,))])
    assert job.texts[0].text == whole[:whole.index(stop)]
    assert job.texts[0].ended == "stop"
    service.engine.stop(10)


def test_logprobs_are_the_models_own():
    """Whatever the temperature, the bias, and what is cut off."""
    service = tiny_service(backend="numpy")
    service.engine.start()
    job, = run_all(service, [TextRequest(
        ids=[1, 2], **SIZES, max_new_tokens=3, logprobs=4, temperature=0.3, top_k=2,
        logit_bias={9: 5.0})])
    model, ids = service.engine.batch.model, [1, 2]
    for piece in job.texts[0].pieces:
        logits = implementation("numpy").next_logits(model, np.array([ids]))[0]
        logprobs = logits - logits.max()
        logprobs -= np.log(np.exp(logprobs).sum())
        # two blocks in single precision, with kept keys and without
        assert_printed(piece.token.logprob, logprobs[piece.token.id], 5)
        assert [token for token, _ in piece.token.likeliest] == np.argsort(-logprobs)[:4].tolist()
        ids.append(piece.token.id)
    service.engine.stop(10)
