"""BERT's folders: transformers opens ours, both packages open its own, and all
compute the same; and a real trained BERT that comes inside a Python package."""
import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest
import torch

import numpy_impl.models.pretrained as ours
import torch_impl.models.pretrained as theirs
from numpy_impl.layers.softmax import log_softmax
from numpy_impl.models.bert import BertModel
from numpy_impl.models.parameters import set_parameters
from torch_impl.layers.fused import spelled_out
from torch_impl.models.parameters import get_parameters as get_twins
from twinformer.architectures.bert import BertConfig
from twinformer.pretrained.formats.bert_names import to_theirs

from ..agreement import assert_agree, assert_printed
from ..bounds import measured_bounds
from .test_bert import both_models, peer_and_config, seeing

IDS = np.array([[3, 5, 7, 2, 9, 4], [3, 6, 4, 0, 0, 0]])
REAL = np.array([[True] * 6, [True] * 3 + [False] * 3])
SEGMENTS = np.array([[0, 0, 0, 0, 1, 1], [0, 0, 1, 0, 0, 0]])


def heads_of(model):
    """Both heads' scores, by the reference or the twin."""
    if isinstance(model, torch.nn.Module):
        hidden = model(torch.from_numpy(IDS), segments=torch.from_numpy(SEGMENTS),
                       mask=torch.from_numpy(seeing(REAL).copy()))
        return {"logits": model.head(hidden)[torch.from_numpy(REAL)],
                "scores": model.next_sentence_head(model.pooler(hidden))}
    hidden, _ = model.forward(IDS, mask=seeing(REAL), segments=SEGMENTS)
    pooled, _ = model.pooler.forward(hidden)
    return {"logits": model.head.forward(hidden)[0][REAL],
            "scores": model.next_sentence_head.forward(pooled)[0]}


def heads_of_peer(peer):
    found = peer(torch.from_numpy(IDS), torch.from_numpy(REAL).long(),
                 torch.from_numpy(SEGMENTS))
    return {"logits": found.prediction_logits[torch.from_numpy(REAL)],
            "scores": found.seq_relationship_logits}


def assert_same_heads(twin, *others):
    """All give what the twin does, in float64, within its bounds."""
    def spelled():
        with spelled_out():
            return heads_of(twin)
    exact, bounds = measured_bounds(spelled, lambda: heads_of(twin))
    for found in others:
        for name, bound in bounds.items():
            assert_agree(found[name], exact[name], 2 * bound, name)


@pytest.mark.parametrize("options", [
    {}, {"acts": "gelu_new", "norm_epsilon": 1e-5}, {"n_layers": 1, "n_segments": 3}],
    ids=["plain", "tanh gelu", "one layer, three segments"])
def test_both_open_what_transformers_wrote(tmp_path, options):
    peer, config = peer_and_config(**options)
    peer.save_pretrained(tmp_path)
    model, twin = (side.load_pretrained(tmp_path) for side in (ours, theirs))
    assert model.config == twin.config == config
    assert not twin.training
    assert_same_heads(twin, heads_of(model), heads_of_peer(peer))


@pytest.mark.parametrize("side", [ours, theirs], ids=["numpy", "torch"])
def test_transformers_opens_what_we_wrote(tmp_path, side):
    """Every weight of it, bit for bit, in single precision; none is missing,
    none too many; and the same scores."""
    transformers = pytest.importorskip("transformers")
    config = BertConfig(vocab_size=17, context_length=9, d_model=12, n_heads=3,
                        n_layers=2, d_hidden=10, dropout=0.0, activation="gelu")
    draw = np.random.default_rng(0)
    parameters = {name: draw.standard_normal(shape, np.float32)
                  for name, shape in config.parameter_shapes().items()}
    side.save_pretrained(side.model_of(config, parameters), tmp_path)
    peer, about = transformers.BertForPreTraining.from_pretrained(
        tmp_path, output_loading_info=True, attn_implementation="eager")
    assert not any(about[name] for name in (
        "missing_keys", "unexpected_keys", "mismatched_keys"))
    state = peer.state_dict()
    for name, array in to_theirs(parameters).items():
        np.testing.assert_array_equal(state[name].numpy(), array, name)
    assert peer.config.hidden_act == "gelu_new"
    doubles = {name: a.astype(float) for name, a in parameters.items()}
    model, twin = both_models(config, doubles)
    assert_same_heads(twin, heads_of(model), heads_of_peer(peer.double().eval()))


@pytest.mark.parametrize("kind", ["BertModel", "BertForMaskedLM",
                                  "BertForNextSentencePrediction"])
def test_models_with_fewer_heads(tmp_path, kind):
    """What is there computes the same; what is not begins anew."""
    transformers = pytest.importorskip("transformers")
    peer, config = peer_and_config()
    part = getattr(transformers, kind)(peer.config).double().eval()
    part.load_state_dict(peer.state_dict() if kind != "BertModel" else
                         peer.bert.state_dict(), strict=False)
    part.save_pretrained(tmp_path)
    with pytest.warns(UserWarning, match="begun anew from a seed"):
        model = theirs.load_pretrained(tmp_path)
    bare = peer.bert(torch.from_numpy(IDS)).last_hidden_state
    found = model(torch.from_numpy(IDS))
    both = theirs.load_pretrained(written(peer, tmp_path / "whole"))
    expected, bounds = measured_bounds(lambda: {"y": both(torch.from_numpy(IDS))})
    assert_agree(found, expected["y"], bounds["y"])
    assert_agree(bare, expected["y"], 2 * bounds["y"])


def written(peer, folder):
    peer.save_pretrained(folder)
    return folder


# -- a real one ---------------------------------------------------------------

# Schwaller et al. 2021: a BERT that reads chemical reactions, MIT licence
REACTION = ("Nc1cccc2cnccc12.O=C(O)c1cc([N+](=O)[O-])c(Sc2c(Cl)cncc2Cl)s1>>"
            "O=C(Nc1cccc2cnccc12)c1cc([N+](=O)[O-])c(Sc2c(Cl)cncc2Cl)s1")
ATOMS = re.compile(r"\[[^\]]+]|Br|Cl|>>|.")


def real_bert():
    """The folder of its weights, in the package rxnfp 0.1.0; nothing of the
    package is run."""
    found = importlib.util.find_spec("rxnfp")
    for place in (found.submodule_search_locations or []) if found else []:
        folder = Path(place, "models/transformers/bert_pretrained")
        if (folder / "pytorch_model.bin").is_file():
            return folder
    pytest.skip("needs the trained BERT of the package rxnfp: "
                "pip install --no-deps rxnfp==0.1.0")


@pytest.fixture(scope="module")
def real():
    """The reference and the twin with the real weights, transformers' model,
    the ids of the reaction, and that of [MASK]."""
    transformers = pytest.importorskip("transformers")
    folder = real_bert()
    twin = theirs.load_pretrained(folder).double()
    model = BertModel(twin.config, seed=None).to(np.float64)
    set_parameters(model, get_twins(twin))
    peer = transformers.BertForPreTraining.from_pretrained(
        folder, attn_implementation="eager").double().eval()
    names = (folder / "vocab.txt").read_text().split()
    vocab = {name: i for i, name in enumerate(names)}
    ids = np.array([vocab[name] for name in (
        "[CLS]", *ATOMS.findall(REACTION), "[SEP]")])
    return model, twin, peer, ids, vocab["[MASK]"]


def test_a_real_bert_gives_transformers_scores(real):
    """Both heads, from a pickle with the names of 2020, in float64."""
    model, twin, peer, ids, _ = real
    hidden, _ = model.forward(ids[None])
    pooled, _ = model.pooler.forward(hidden)
    found = {"logits": model.head.forward(hidden)[0],
             "scores": model.next_sentence_head.forward(pooled)[0]}

    @torch.no_grad()
    def run():
        hidden = twin(torch.from_numpy(ids[None]))
        return {"logits": twin.head(hidden),
                "scores": twin.next_sentence_head(twin.pooler(hidden))}
    exact, bounds = measured_bounds(run)
    peers = peer(torch.from_numpy(ids[None]))
    for name, theirs_ in (("logits", peers.prediction_logits),
                          ("scores", peers.seq_relationship_logits)):
        assert_agree(found[name], exact[name], 2 * bounds[name], name)
        assert_agree(theirs_, exact[name], 2 * bounds[name], name)
    assert_printed(found["scores"], [[-14.1185, 6.3726]], 4)


def test_a_real_bert_finds_hidden_atoms(real):
    """Every fourth part of the reaction in turn is hidden; nearly all are
    found, and transformers finds the same."""
    model, _, peer, ids, mask_id = real
    place = np.arange(1, len(ids) - 1, 4)                  # (N,)
    row = np.arange(len(place))                            # (N,)
    rows = np.tile(ids, (len(place), 1))                   # (N, T)
    rows[row, place] = mask_id
    hidden, _ = model.forward(rows, read=place[:, None])   # (N, 1, D)
    logits, _ = model.head.forward(hidden[:, 0])           # (N, V)
    nats = -log_softmax(logits)[row, ids[place]]
    found = logits.argmax(-1)
    assert ((found == ids[place]).sum(), len(place)) == (24, 26)
    assert_printed(nats.mean(), 1.5964, 4)
    with torch.no_grad():
        theirs_ = peer(torch.from_numpy(rows)).prediction_logits
    np.testing.assert_array_equal(found, theirs_[row, place].argmax(-1))
