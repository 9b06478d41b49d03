"""BERT's masked-language-model head: Hugging Face's, and what it refuses."""
import numpy as np
import pytest
import torch
from hypothesis import given

import numpy_impl.layers.masked_language_head as ours
import torch_impl.layers.masked_language_head as theirs

from ..agreement import assert_agree
from ..running import bounds_of, run_numpy
from ..strategies import cases, moderate

NAME = "layers.masked_language_head.MaskedLanguageHead"


@given(cases(NAME, moderate))
def test_it_is_hugging_faces(case):
    """A third party, loaded with the same weights."""
    bert = pytest.importorskip("transformers.models.bert.modeling_bert")
    D, V, activation, eps = case.arguments
    peer = bert.BertLMPredictionHead(bert.BertConfig(
        vocab_size=V, hidden_size=D, layer_norm_eps=eps, pad_token_id=None,
        hidden_act="gelu" if activation == "gelu_exact" else "gelu_new"))
    named = {"transform": "transform.dense", "norm": "transform.LayerNorm",
             "decoder": "decoder"}
    own = dict(peer.double().named_parameters())
    for name, a in case.parameters.items():
        path, _, kind = name.rpartition(".")
        own[f"{named[path]}.{kind}"].data = torch.from_numpy(a)
    if "bias" in own:  # some versions have it twice
        own["bias"].data = torch.from_numpy(case.parameters["decoder.bias"])
    logits = peer(torch.from_numpy(case.inputs["x"]))
    assert_agree(run_numpy(case)["y"], logits, 2 * bounds_of(case)[1]["y"])


def test_what_does_not_count_gets_no_gradient():
    layer = ours.MaskedLanguageHead(4, 7)
    x = np.random.default_rng(0).standard_normal((2, 3, 4), np.float32)
    logits, cache = layer.forward(x)
    dlogits = np.ones_like(logits)
    dlogits[:, 1] = 0
    dx = layer.backward(dlogits, cache)
    assert (dx[:, 1] == 0).all() and (dx[:, 0] != 0).any()


@pytest.mark.parametrize("package", [ours, theirs])
def test_an_unknown_activation_is_refused(package):
    with pytest.raises(ValueError, match="must be one of relu, gelu, gelu_exact, "
                                         "silu, got 'tanh'"):
        package.MaskedLanguageHead(4, 7, "tanh")
