"""Text vectors: both packages the same; the mean of what the encoder says, of length 1."""
import numpy as np
import pytest
import torch

import numpy_impl.generation.text_vectors as ours
import torch_impl.generation.text_vectors as theirs
from twinformer.batches.bert_tokens import BertTokens, one_text
from twinformer.tokenizers.wordpiece import WordPiece

from ..agreement import assert_agree, assert_rounding
from ..bounds import measured_bounds
from ..models.test_bert import small_models

SPECIAL = ["[PAD]", "[CLS]", "[SEP]", "[MASK]", "[UNK]"]
LETTERS = WordPiece({piece: i for i, piece in enumerate([*SPECIAL, *"abcdefghijkl"])})


def test_both_find_the_same_vectors():
    """Each text alone, special tokens and all; what the encoder says, averaged."""
    model, twin = small_models()
    texts = ["a b c", "d", [5, 6]]
    found, read = ours.text_vectors(model, LETTERS, texts)
    twins, twins_read = theirs.text_vectors(twin.train(), LETTERS, texts)
    assert read == twins_read == 5 + 3 + 4 and twin.training
    twin.eval()
    for row, text in enumerate(texts):
        ids = LETTERS.encode(text) if isinstance(text, str) else text
        whole = torch.tensor([one_text(ids, BertTokens.of(LETTERS.special_tokens))])

        def run(whole=whole):
            mean = twin(whole)[0].mean(0)
            return {"vector": mean / mean.norm()}

        exact, bounds = measured_bounds(run)
        assert_agree(found[row], exact["vector"], 2 * bounds["vector"])
        assert_agree(twins[row], exact["vector"], 2 * bounds["vector"])
        assert_rounding((found[row] ** 2).sum(), 1.0, 2 * len(found[row]))


@pytest.mark.parametrize("side, array", [
    (ours, np.asarray), (theirs, lambda rows: torch.tensor(rows).double())])
def test_nothing_has_no_direction(side, array):
    assert side.mean_vector(array([[1.0, -2.0], [-1.0, 2.0]])).tolist() == [0, 0]
    assert side.mean_vector(array([[3.0, 0.0], [3.0, 8.0]])).tolist() == [0.6, 0.8]
    assert side.mean_vector(array([[0.0, -0.5]])).tolist() == [0, -1]


@pytest.mark.parametrize("side", [0, 1])
def test_an_empty_text_and_one_that_is_too_long(side):
    model = small_models()[side]
    read = (ours, theirs)[side].text_vectors
    most = model.config.context_length
    vectors, count = read(model, LETTERS, ["a " * (most - 2)])      # just fits
    assert vectors.shape == (1, model.config.d_model) and count == most
    for bad in ("", [], "a " * (most - 1)):
        with pytest.raises(ValueError, match="text 2 has .* expected 3 to"):
            read(model, LETTERS, ["a", bad])
