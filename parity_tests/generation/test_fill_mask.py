"""Filling in: both packages the same tokens; what the head says, and no more."""
import numpy as np
import pytest
import torch

import numpy_impl.generation.fill_mask as ours
import torch_impl.generation.fill_mask as theirs
from numpy_impl.layers.softmax import softmax
from twinformer.tokenizers.characters import CharacterTokenizer
from twinformer.tokenizers.wordpiece import WordPiece

from ..agreement import assert_agree, assert_rounding
from ..bounds import measured_bounds
from ..models.test_bert import small_models


SPECIAL = ["[PAD]", "[CLS]", "[SEP]", "[MASK]", "[UNK]"]
LETTERS = WordPiece({piece: i for i, piece in enumerate([*SPECIAL, *"abcdefghijkl"])})


@pytest.mark.parametrize("second", [None, "c [MASK]"])
@pytest.mark.parametrize("k", [1, 5, 99])
def test_both_fill_in_the_same(second, k):
    model, twin = small_models()
    one = ours.fill_mask(model, LETTERS, "a [MASK] b", k, second)
    other = theirs.fill_mask(twin.train(), LETTERS, "a [MASK] b", k, second)
    assert twin.training and len(one) == len(other) == 1 + bool(second)
    for best, twins in zip(one, other, strict=True):
        assert len(best) == min(k, 17)
        assert [f.text for f in best] == [f.text for f in twins]
        assert [f.token for f in best] == [f.token for f in twins]
        shares = [f.probability for f in best]
        # through two blocks and a head: some twenty sums of 12 or 17 terms
        assert_rounding(shares, [f.probability for f in twins], 20 * 17)
        assert shares == sorted(shares, reverse=True)
        assert LETTERS.decode([best[0].token]) == best[0].text
        if k == 99:
            assert_rounding(sum(shares), 1.0, 17)


def test_it_is_what_the_head_says():
    """Of every position, the masks are taken; the last block computes none
    but those."""
    model, twin = small_models()
    ids, segments = np.array([[1, 4, 3, 5, 2, 3, 2]]), np.array([[0] * 5 + [1] * 2])
    places = np.array([[2, 5]])
    hidden, _ = model.forward(ids, segments=segments)
    expected = softmax(model.head.forward(hidden)[0])[0, places[0]]
    arrays = [torch.from_numpy(a) for a in (ids, places, segments)]
    exact, bounds = measured_bounds(lambda: {"p": torch.softmax(twin.head(
        twin(arrays[0], segments=arrays[2]))[0, places[0]], -1)})
    for found in (ours.mask_probabilities(model, ids, places, segments),
                  theirs.mask_probabilities(twin, *arrays), expected):
        assert_agree(found, exact["p"], 2 * bounds["p"])


def test_single_precision_is_widened_before_softmax():
    model, twin = small_models()
    ids, places = np.array([[1, 4, 3, 2]]), np.array([[2]])
    one = ours.mask_probabilities(model.to(np.float32), ids, places)
    other = theirs.mask_probabilities(
        twin.float(), torch.from_numpy(ids), torch.from_numpy(places))
    assert one.dtype == np.float64 and other.dtype == torch.float64
    assert_rounding(one.sum(), 1.0, 17)


@pytest.mark.parametrize("package, which", [(ours, 0), (theirs, 1)])
@pytest.mark.parametrize("text, options, message", [
    ("a b", {}, r"write \[MASK\] where"),
    ("[MASK] a b c d e f g", {}, r"looks at 9 tokens at most, and this text has 10"),
    ("[MASK]", {"k": 0}, "expected at least 1, got 0")])
def test_what_cannot_be_filled_in(package, which, text, options, message):
    with pytest.raises(ValueError, match=message):
        package.fill_mask(small_models()[which], LETTERS, text, **options)


@pytest.mark.parametrize("package, which", [(ours, 0), (theirs, 1)])
def test_a_tokenizer_without_masks_is_named(package, which):
    with pytest.raises(ValueError, match=r"has no \[CLS\], \[SEP\], \[MASK\], \[PAD\]"):
        package.fill_mask(small_models()[which], CharacterTokenizer("abc"), "a")


def test_the_second_text_is_the_second_segment():
    """What a pair is told apart by: its vectors change what is found."""
    model, _ = small_models()
    one = ours.fill_mask(model, LETTERS, "a [MASK]", 1, "b")
    model.segment_embedding.weight[1, 0] += 1  # of all, the norm removes it
    assert ours.fill_mask(model, LETTERS, "a [MASK]", 1, "b") != one
    alone = ours.fill_mask(model, LETTERS, "a [MASK]", 1)
    model.segment_embedding.weight[1, 0] += 1
    assert ours.fill_mask(model, LETTERS, "a [MASK]", 1) == alone
