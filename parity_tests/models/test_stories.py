"""A trained Llama of llama2.c's, 260 thousand weights that tell children's stories: its text, its
logits and how well it predicts, against figures made without either package."""
import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch

import numpy_impl
import numpy_impl.models.pretrained as ours
import torch_impl
import torch_impl.models.pretrained as theirs
from twinformer.architectures.llama import LLAMA_PRESETS

from ..agreement import assert_printed
from ..shared_data import shared_data

SIDES = pytest.mark.parametrize("side", ["numpy", "torch"])
PACKAGES = {"numpy": (ours, numpy_impl), "torch": (theirs, torch_impl)}

LOGITS = [-6.222914, 8.404342, -6.223739, -6.222544, -6.221953, -6.222877, -6.221884, -6.223420]
NATS = [1.315989, 1.238556, 0.952234, 1.493450, 1.187921]     # of a token, in each story
BEGINNING = 1


@pytest.fixture(scope="module")
def file() -> Path:
    return shared_data("stories260K/stories260K.bin")


@pytest.fixture(scope="module")
def words(file):
    """Its tokenizer, by the library that made it."""
    sentencepiece = pytest.importorskip("sentencepiece")
    return sentencepiece.SentencePieceProcessor(
        model_file=str(shared_data("stories260K/tok512.model")))


def logits_of(side, model, ids):
    """ids (T,) -> (T, V) float64"""
    ids = np.array([ids])
    if side == "numpy":
        return model.to(np.float64).forward(ids)[0][0]
    return model.double()(torch.from_numpy(ids))[0].detach().numpy()


def logsumexp(rows):
    top = rows.max(-1, keepdims=True)
    return (top + np.log(np.exp(rows - top).sum(-1, keepdims=True)))[..., 0]


@SIDES
def test_it_is_the_preset(side, file):
    assert PACKAGES[side][0].load_pretrained(file).config == LLAMA_PRESETS["stories260k"]


@SIDES
def test_greedy_text(side, file, words):
    package, implementation = PACKAGES[side]
    ids = [BEGINNING, *implementation.generate(
        package.load_pretrained(file), [BEGINNING], 200, temperature=0)]
    assert ids[:12] == [1, 403, 407, 261, 378, 432, 383, 286, 261, 376, 298, 315]
    digest = hashlib.sha256(np.array(ids, "<i4").tobytes()).hexdigest()
    assert digest == "8f968f515addb23238e6d21cc2c70e9284fc57fc597e84110b21bde157ccb65d"
    assert words.decode(ids).startswith("Once upon a time, there was a little girl named Lily.")


@SIDES
def test_logits_after_the_beginning(side, file):
    logits = logits_of(side, PACKAGES[side][0].load_pretrained(file), [BEGINNING])[0]
    assert_printed(logits[:8], LOGITS, 6)
    assert logits.argmax() == 403
    assert_printed(logits.max(), 17.023515, 6)
    assert_printed(logsumexp(logits), 17.267259, 6)


@SIDES
def test_how_well_it_predicts_stories(side, file, words):
    stories = shared_data("bpe-training/tinystories_sample.txt").read_text(
        encoding="utf-8").split("<|endoftext|>")
    model = PACKAGES[side][0].load_pretrained(file)
    nats = count = 0.0
    found = []
    for story in stories:
        if not story.strip():
            continue
        ids = [BEGINNING, *words.encode(story.strip())]
        logits = logits_of(side, model, ids[:-1])
        losses = logsumexp(logits) - logits[np.arange(len(ids) - 1), ids[1:]]
        found.append(losses.mean())
        nats, count = nats + losses.sum(), count + len(losses)
    assert_printed(np.array(found), NATS, 6)
    assert count == 1804
    assert_printed(nats / count, 1.266441, 6)
