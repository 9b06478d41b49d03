"""The book's function for one text, in both packages."""
import numpy as np
import pytest

from numpy_impl.finetuning.classifier_model import trained_classifier
from numpy_impl.finetuning.classification_head import head_parameters
from numpy_impl.finetuning.review import classify_review as ours
from twinformer.models.config import GPT2Config
from twinformer.models.initialisation import initial_parameters
from twinformer.tokenizers.byte_tokenizer import ByteTokenizer
from torch_impl.finetuning.classifier_model import (
    trained_classifier as torch_classifier,
)
from torch_impl.finetuning.review import classify_review as theirs

CONFIG = GPT2Config(vocab_size=257, context_length=16, d_model=8, n_heads=2,
                    n_layers=1)
PARAMETERS = {name: 30 * array for name, array in {
    **initial_parameters(CONFIG, 3),
    **{f"head.{n}": a for n, a in head_parameters(8, 2, 3).items()}}.items()}
MODELS = (trained_classifier(CONFIG, PARAMETERS, 2),
          torch_classifier(CONFIG, PARAMETERS, 2))
TEXTS = ["You are a winner", "Hey, just wanted to check", "a", "0" * 99,
         "ok", "dinner?", "\u4f60\u597d"]


@pytest.mark.parametrize("max_length", [None, 4, 16, 120])
@pytest.mark.parametrize("token", ["first", "last", "last_real", "mean"])
def test_both_packages_say_the_same(max_length, token):
    options = dict(max_length=max_length, pad_token_id=256, token=token)
    found = [[review(text, model, ByteTokenizer(), **options)
              for text in TEXTS]
             for review, model in zip((ours, theirs), MODELS, strict=True)]
    assert found[0] == found[1]
    assert set(found[0]) <= {"spam", "not spam"}


def test_it_is_the_last_column_of_the_padded_text():
    """As the book does it, step by step."""
    ids = [*ByteTokenizer().encode("Win now")]
    padded = np.array([ids + [256] * (12 - len(ids))])
    logits, _ = MODELS[0].forward(padded)                  # (1, T, C)
    expected = ("ham", "spam")[logits[0, -1].argmax()]
    assert ours("Win now", MODELS[0], ByteTokenizer(), max_length=12,
                pad_token_id=256, classes=("ham", "spam")) == expected


@pytest.mark.parametrize("review, model", [*zip((ours, theirs), MODELS)])
def test_an_empty_text_is_refused(review, model):
    with pytest.raises(ValueError, match="the text is empty"):
        review("", model, ByteTokenizer())
