"""What the web page asks for."""
import json

import httpx
import numpy as np
import pytest

from parity_tests.agreement import assert_printed
from twinformer.backend import implementation
from twinformer.serving.views import attention_view, next_view, run_view, token_view

from .conftest import served, tiny_service


def viewed(backend="numpy"):
    service = tiny_service(backend=backend)
    model, package = service.engine.batch.model, implementation(backend)
    service.next_logits = lambda ids: np.asarray(package.RunningBatch(model).add([ids]))[0]
    service.attention = lambda ids: np.asarray(package.attention_maps(model, ids))
    return service


def test_tokens_and_both_implementations():
    found = token_view(viewed(), "é你a")
    assert [piece["id"] for piece in found["pieces"]] == list("é你a".encode())
    assert "".join(piece["text"] for piece in found["pieces"]) == "é你a"
    assert found["pieces"][0]["bytes"] == "c3"
    assert (found["characters"], found["bytes"]) == (3, 6)
    assert found["reference"] == found["twin"] == list("é你a".encode())


@pytest.mark.parametrize("temperature", [0, 0.5, 1.0])
def test_the_next_tokens_and_their_shares(temperature):
    service = viewed()
    found = next_view(service, "The", 5, temperature)
    logits = implementation("numpy").next_logits(
        service.engine.batch.model, np.array([list(b"The")]))[0][:257]
    scaled = logits / (temperature or 1e-6)
    shares = np.exp(scaled - scaled.max())
    shares /= shares.sum()
    order = np.argsort(-shares, kind="stable")[:5]
    assert [token["id"] for token in found["tokens"]] == order.tolist()
    # a model in single precision, with kept keys and without
    assert_printed(np.array([token["share"] for token in found["tokens"]]), shares[order], 5)
    assert_printed(found["rest"], 1 - shares[order].sum(), 5)


def test_attention_is_drawn_for_the_first_tokens():
    found = attention_view(viewed(), "x" * 100)
    assert np.array(found["maps"]).shape == (2, 4, 64, 64)
    assert found["tokens"] == ["x"] * 64


def test_the_curves_of_a_run_that_is_being_written(tmp_path):
    assert run_view(None) == run_view(tmp_path / "none") == {
        "losses": [], "evaluations": [], "samples": ""}
    lines = [{"kind": "evaluation", "step": 0, "validation_nats_per_token": 5.0},
             {"kind": "step", "step": 1, "loss": 4.5}]
    (tmp_path / "metrics.jsonl").write_text(
        "".join(json.dumps(line) + "\n" for line in lines) + '{"kind": "st', "utf-8")
    (tmp_path / "samples.txt").write_text("step 1\n你好\n", "utf-8")
    found = run_view(tmp_path)
    assert found == {"losses": [[1, 4.5]], "evaluations": [[0, 5.0]], "samples": "step 1\n你好"}


def test_the_page_loads_nothing_from_elsewhere_and_no_file_but_its_own():
    with served(viewed("torch")) as address:
        assert httpx.get(address, follow_redirects=True).text.startswith("<!DOCTYPE html>")
        page = httpx.get(f"{address}/page/")
        assert "default-src 'self'" in page.headers["content-security-policy"]
        for name in ("app.js", "style.css", "icon.svg", "words.js"):
            text = httpx.get(f"{address}/page/{name}").text
            assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
        for path in ("/page/../app.py", "/page/%2e%2e/app.py", "/page//etc/passwd", "/page/none"):
            assert httpx.get(address + path).status_code == 404
        assert httpx.get(f"{address}/api/about").json()["writes"] is True
        assert len(httpx.post(f"{address}/api/next", json={"text": "a"}).json()["tokens"]) == 12
        assert httpx.post(f"{address}/api/attention", json={"text": "ab"}).status_code == 200
        assert httpx.post(f"{address}/api/tokens", json={"text": ""}).status_code == 200
        assert httpx.get(f"{address}/api/run").json()["losses"] == []


def test_the_page_is_open_and_what_it_asks_is_not():
    with served(viewed("torch"), api_key="k") as address:
        assert httpx.get(f"{address}/page/").status_code == 200
        assert httpx.get(f"{address}/api/about").status_code == 401


def test_both_languages_say_the_same_things():
    """Every word of the page exists twice."""
    import re
    from pathlib import Path

    import twinformer.serving

    page = Path(twinformer.serving.__file__).with_name("page")
    text = (page / "words.js").read_text("utf-8")
    english, chinese = (set(re.findall(r"^    (\w+):|, (\w+): [\"`(]", part, re.M))
                        for part in text.split("  zh: {"))
    names = [{one or other for one, other in found} for found in (english, chinese)]
    assert names[0] == names[1] and len(names[0]) > 40
    for file in page.glob("*.js"):
        for name in re.findall(r'say\("(\w+)"', file.read_text("utf-8")):
            assert name in names[0], (file.name, name)
