"""Classifiers and encoders behind the server."""
import base64

import httpx
import numpy as np
import openai
import pytest

from parity_tests.agreement import assert_printed, assert_rounding
from twinformer.architectures.bert import BertConfig
from twinformer.backend import implementation
from twinformer.serving.service import Service
from twinformer.tokenizers.wordpiece import WordPiece

from .conftest import served

SPECIAL = ["[PAD]", "[CLS]", "[SEP]", "[MASK]", "[UNK]"]
LETTERS = WordPiece({piece: i for i, piece in enumerate([*SPECIAL, *"abcdefghijkl"])})


class Judge:
    classes = ("ham", "spam")

    def probabilities(self, texts):
        if not all(text.strip() for text in texts):
            raise ValueError("a text is empty: there is nothing to classify")
        return np.array([[0.25, 0.75] if "win" in text else [0.9, 0.1] for text in texts])


def test_a_classifier_tells_classes_and_writes_nothing():
    service = Service("judge", None, None, classifier=Judge(), about="POST /classify")
    with served(service) as address:
        found = httpx.post(f"{address}/classify", json={"texts": ["win", "hello"]}).json()
        assert found["results"] == [
            {"label": "spam", "probabilities": {"ham": 0.25, "spam": 0.75}},
            {"label": "ham", "probabilities": {"ham": 0.9, "spam": 0.1}}]
        assert httpx.post(f"{address}/classify", json={"texts": "win"}).json()[
            "results"][0]["label"] == "spam"
        for bad in ({"texts": []}, {"texts": [" "]}, {"texts": 3}, {}):
            assert httpx.post(f"{address}/classify", json=bad).status_code == 400
        said = httpx.post(f"{address}/v1/completions", json={"prompt": "a"})
        assert said.status_code == 400 and "POST /classify" in said.text
        assert httpx.get(f"{address}/health").status_code == 200


@pytest.mark.parametrize("backend", ["torch", "numpy"])
def test_an_encoder_gives_vectors(backend):
    package = implementation(backend)
    config = BertConfig(vocab_size=17, context_length=8, d_model=8, n_heads=2, n_layers=2,
                        d_hidden=12)
    model = package.BertModel(config, 0)
    service = Service("bert", LETTERS, config,
                      encoder=lambda texts: package.text_vectors(model, LETTERS, texts))
    with served(service) as address:
        client = openai.OpenAI(base_url=f"{address}/v1", api_key="-", max_retries=0)
        found = client.embeddings.create(model="bert", input=["a b", "c"],
                                         encoding_format="float")
        assert found.usage.prompt_tokens == 4 + 3
        expected, _ = package.text_vectors(model, LETTERS, ["a b", "c"])
        assert_printed(np.array([entry.embedding for entry in found.data]), expected, 7)
        packed = httpx.post(f"{address}/v1/embeddings", json={
            "input": "c", "encoding_format": "base64"}).json()["data"][0]["embedding"]
        assert_rounding(np.frombuffer(base64.b64decode(packed), "<f4"),
                        expected[1].astype("<f4"), 1)
        with pytest.raises(openai.BadRequestError, match="expected 3 to"):
            client.embeddings.create(model="bert", input="")
