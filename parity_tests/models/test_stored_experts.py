"""Experts that stay in their file: the same numbers, and no more memory than is given."""
from dataclasses import replace

import numpy as np
import pytest
import torch

import numpy_impl.models.pretrained as ours
import torch_impl.models.pretrained as theirs
from twinformer.models.initialisation import initial_parameters
from twinformer.pretrained.writing import write_pretrained

from .architectures import CASES, a_case, hugging_face_of, run_reference, run_twin

SIDES = pytest.mark.parametrize("side", [ours, theirs], ids=["numpy", "torch"])
MIXTURES = [name for name, config in CASES.items() if hasattr(config, "n_experts")]


def run(side, model, ids, dlogits):
    """Logits, and gradients of what learns"""
    if side is ours:
        return run_reference(model, ids, dlogits)
    return {name: value.detach().numpy()
            for name, value in run_twin(model, ids, dlogits).items()}


@SIDES
@pytest.mark.parametrize("case", MIXTURES)
@pytest.mark.parametrize("room", [0, 500, 10**9])
def test_the_same_bits_and_gradients_of_all_else(tmp_path, side, case, room):
    config = CASES[case]
    hugging_face_of(config, dtype=torch.bfloat16).save_pretrained(tmp_path)
    ids, dlogits = a_case(config, 9, 0, np.float32)
    whole = run(side, side.load_pretrained(tmp_path), ids, dlogits)
    model = side.load_pretrained(tmp_path, lazily=True, room=room)
    assert model.config == config
    stored = run(side, model, ids, dlogits)
    assert stored.keys() == {name for name in whole if ".experts." not in name}
    for name, array in stored.items():
        np.testing.assert_array_equal(array, whole[name], name)
    recent = model.blocks[0].feed_forward.experts.recent
    assert recent.filled <= room
    if room == 10**9:           # each of them once, in both directions
        assert recent.made == len(recent.kept) <= config.n_layers * config.n_experts


@SIDES
def test_an_expert_that_nobody_chose_is_not_read(tmp_path, side):
    config = replace(CASES["qwen3_moe"], n_experts=5, n_active=1)
    parameters = initial_parameters(config, 0)
    for layer in range(config.n_layers):     # among equals the first is chosen
        router = np.zeros((5, config.d_model), np.float32)
        parameters[f"blocks.{layer}.norm2.weight"] = np.zeros(config.d_model, np.float32)
        parameters[f"blocks.{layer}.feed_forward.router.weight"] = router
        parameters[f"blocks.{layer}.feed_forward.experts.4.up.weight"][:] = np.nan
    write_pretrained(config, parameters, tmp_path)
    with pytest.raises(ValueError, match=r"NaN or infinity .*experts\.4\.up_proj"):
        side.load_pretrained(tmp_path)
    model = side.load_pretrained(tmp_path, lazily=True)
    ids, dlogits = a_case(config, 4, 0, np.float32)
    run(side, model, ids, dlogits)
    recent = model.blocks[0].feed_forward.experts.recent
    assert recent.made == config.n_layers and {e for _, e in recent.kept} == {0}
    with pytest.raises(ValueError, match=r"in model\.layers\.1\.mlp\.experts\.4\.up_proj"):
        model.blocks[1].feed_forward.experts[4]


@SIDES
def test_a_model_without_experts_is_loaded_as_ever(tmp_path, side):
    hugging_face_of(CASES["qwen3"]).save_pretrained(tmp_path)
    model = side.load_pretrained(tmp_path, lazily=True)
    assert model.config == CASES["qwen3"]


@SIDES
def test_such_a_model_cannot_be_saved(tmp_path, side):
    hugging_face_of(CASES["gpt_oss"]).save_pretrained(tmp_path)
    model = side.load_pretrained(tmp_path, lazily=True)
    with pytest.raises(ValueError, match="experts that are still in a file cannot be written"):
        side.save_pretrained(model, tmp_path / "again")
    assert not (tmp_path / "again").exists()


@SIDES
def test_the_dtype_can_be_chosen(tmp_path, side):
    config = CASES["qwen3_moe"]
    model = hugging_face_of(config, dtype=torch.bfloat16)
    model.save_pretrained(tmp_path)
    for lazily in (False, True):
        loaded = side.load_pretrained(tmp_path, dtype="float64", lazily=lazily)
        weight = loaded.blocks[0].feed_forward.experts[0].up.weight
        assert str(weight.dtype).endswith("float64")
    with pytest.raises(ValueError, match="weights are in float32, float64"):
        side.load_pretrained(tmp_path, dtype="int8")
    if side is theirs:
        kept = side.load_pretrained(tmp_path, dtype="bfloat16")
        assert {p.dtype for p in kept.parameters()} == {torch.bfloat16}
        assert torch.equal(kept.blocks[0].attention.q.weight,
                           model.model.layers[0].self_attn.q_proj.weight)
        side.save_pretrained(kept, tmp_path / "again")
        again = side.load_pretrained(tmp_path / "again")
        assert torch.equal(again.head.weight.bfloat16(), model.lm_head.weight)
