"""Every kind of model after GPT-2 beside transformers' own: logits, every gradient, files there
and back."""
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import numpy_impl.models.pretrained as ours
import torch_impl.models.pretrained as theirs
from numpy_impl.models.building import model_of, new_model
from numpy_impl.models.parameters import get_parameters
from torch_impl.models.parameters import get_parameters as get_torch_parameters
from twinformer.architectures.kinds import KINDS
from twinformer.models.initialisation import initial_parameters

from ..agreement import (
    as_array, assert_agree, assert_no_worse, assert_rounding, fraction,
)
from ..bounds import SAMPLES, ULPS, measured_bounds
from .architectures import (
    CASES, a_case, by_our_names, hugging_face_of, in_double, run_reference, run_transformers,
    run_twin,
)

SIDES = pytest.mark.parametrize("side", [ours, theirs], ids=["numpy", "torch"])
ALL = pytest.mark.parametrize("case", CASES)
KIND = pytest.mark.parametrize("case", sorted(KINDS.keys() - {"gpt2", "bert"}))


def test_every_kind_has_cases():
    assert {config.kind for config in CASES.values()} == KINDS.keys() - {"gpt2", "bert"}


@ALL
@settings(max_examples=max(1, settings.default.max_examples // 25))
@given(seed=st.integers(0, 2**16), length=st.integers(1, 12))
def test_logits_and_gradients_of_all_three_agree(tmp_path_factory, case, seed, length):
    config = CASES[case]
    folder = tmp_path_factory.mktemp("model")
    model = hugging_face_of(config, seed, torch.float64)
    model.save_pretrained(folder)
    ids, dlogits = a_case(config, length, seed, np.float64)
    twin = theirs.load_pretrained(folder)
    assert twin.config == config

    def transformers_in_double():
        with in_double():
            return run_transformers(model, config, ids, dlogits)

    def twin_in_double():
        return run_twin(twin, ids, dlogits)

    results = [run_reference(ours.load_pretrained(folder), ids, dlogits), twin_in_double()]
    for samples in (SAMPLES, 10 * SAMPLES):     # who is about to raise an alarm measures again
        exact, bounds = measured_bounds(transformers_in_double, twin_in_double, samples=samples)
        assert all(result.keys() == exact.keys() for result in results)
        if all(fraction(result[name], exact[name], bound) <= 1
               for result in results for name, bound in bounds.items()):
            return
    for result in results:
        for name, bound in bounds.items():
            assert_agree(result[name], exact[name], bound, name)


@ALL
def test_single_precision_is_no_worse_than_that_of_transformers(tmp_path, case):
    config = CASES[case]
    model = hugging_face_of(config)
    model.save_pretrained(tmp_path)
    ids, dlogits = a_case(config, 12, 0, np.float32)
    theirs32 = run_transformers(model, config, ids, dlogits)
    exact = theirs.load_pretrained(tmp_path).double()
    truth, bounds = measured_bounds(
        lambda: run_twin(exact, ids, dlogits.astype(np.float64)),
        precision=np.finfo(np.float32), samples=10 * SAMPLES)
    for side, run in ((ours, run_reference), (theirs, run_twin)):
        for name, result in run(side.load_pretrained(tmp_path), ids, dlogits).items():
            assert_no_worse(result, theirs32[name], truth[name], bounds[name] / ULPS,
                            f"{side.__name__} {name}")


@ALL
def test_angles_are_those_of_transformers(case):
    """Of every layer, also far beyond what it was trained on; in double precision."""
    config = CASES[case]
    model = hugging_face_of(config, dtype=torch.float64)
    reference = new_model(config)
    positions = np.array([[0, 1, 2, 7, 8, 9, 1000, 100000]])
    for layer, block in enumerate(reference.blocks):
        kind = model.config.layer_types[layer] if config.kind in ("gemma3", "olmo3") else None
        with in_double():
            theirs = model.model.rotary_emb(
                torch.zeros(1, dtype=torch.float64), torch.from_numpy(positions),
                *[kind] if kind else [])
        ours = block.attention.rotary.waves(positions, np.zeros(1))
        for our, their in zip(ours, theirs, strict=True):
            half = as_array(their)[..., :our.shape[-1]]     # they have each angle twice
            # an angle errs by the roundings of its frequency times the position
            assert_rounding(our[0], half, 100000, 1.0, f"layer {layer}")


@SIDES
@ALL
@pytest.mark.parametrize("shard", ["5GB", "1KB"])
def test_what_transformers_writes_is_read_and_back_bit_for_bit(tmp_path, side, case, shard):
    from transformers import AutoModelForCausalLM

    config = CASES[case]
    before = hugging_face_of(config)
    before.save_pretrained(tmp_path / "theirs", max_shard_size=shard)
    model = side.load_pretrained(tmp_path / "theirs")
    assert model.config == config
    side.save_pretrained(model, tmp_path / "ours")
    after, report = AutoModelForCausalLM.from_pretrained(
        tmp_path / "ours", attn_implementation="eager", experts_implementation="eager",
        output_loading_info=True)
    assert not any(report.values()), report
    assert before.state_dict().keys() == after.state_dict().keys()
    for name, tensor in before.state_dict().items():
        assert torch.equal(after.state_dict()[name], tensor), name
    ids = torch.tensor([[1, 2, 3, 4, 5]])
    assert torch.equal(after(ids).logits, before(ids).logits)


@SIDES
@KIND
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_is_widened_exactly(tmp_path, side, case, dtype):
    model = hugging_face_of(CASES[case], dtype=dtype)
    model.save_pretrained(tmp_path)
    loaded = side.load_pretrained(tmp_path)
    get = get_parameters if side is ours else get_torch_parameters
    expected = by_our_names(CASES[case], {name: parameter.detach().float()
                                          for name, parameter in model.named_parameters()})
    assert get(loaded).keys() == expected.keys()
    for name, array in get(loaded).items():
        np.testing.assert_array_equal(array, expected[name].numpy())


@SIDES
@ALL
def test_saved_in_shards_and_loaded_is_the_same(tmp_path, side, case):
    from twinformer.pretrained.writing import write_pretrained

    config = CASES[case]
    parameters = initial_parameters(config, 1)
    write_pretrained(config, parameters, tmp_path, shard_bytes=700)
    assert len(list(tmp_path.glob("model-*.safetensors"))) > 2
    loaded = side.load_pretrained(tmp_path)
    assert loaded.config == config
    get = get_parameters if side is ours else get_torch_parameters
    for name, array in get(loaded).items():
        np.testing.assert_array_equal(array, parameters[name])


@KIND
def test_a_tied_head_that_is_written_all_the_same_is_read(tmp_path, case):
    """Some files on the hub have it under both names; one that differs is a head of its own."""
    from safetensors.numpy import load_file, save_file

    config = replace(CASES[case], tie_embeddings=True)
    hugging_face_of(config).save_pretrained(tmp_path)
    arrays = load_file(tmp_path / "model.safetensors")
    arrays["lm_head.weight"] = arrays["model.embed_tokens.weight"].copy()
    save_file(arrays, tmp_path / "model.safetensors")
    assert ours.load_pretrained(tmp_path).config == config
    arrays["lm_head.weight"][0, 0] += 1
    save_file(arrays, tmp_path / "model.safetensors")
    assert not ours.load_pretrained(tmp_path).config.tie_embeddings


def test_experts_of_a_layer_in_one_tensor_are_told_apart(tmp_path):
    """As they lie in the memory of transformers, and in what torch.save makes of it."""
    config = CASES["qwen3_moe"]
    model = hugging_face_of(config)
    model.config.save_pretrained(tmp_path / "pickle")
    torch.save(model.state_dict(), tmp_path / "pickle" / "pytorch_model.bin")
    model.save_pretrained(tmp_path / "each")
    each = get_torch_parameters(theirs.load_pretrained(tmp_path / "each"))
    together = get_torch_parameters(theirs.load_pretrained(tmp_path / "pickle"))
    assert each.keys() == together.keys()
    for name, array in each.items():
        np.testing.assert_array_equal(together[name], array)


@pytest.mark.parametrize("change", [{}, {"rope_factor": 2.0, "rope_original_length": 8}])
def test_pairs_beside_each_other_or_half_a_head_apart_are_the_same_model(tmp_path, change):
    """Saved for transformers, rows of queries and keys change places, and logits do not."""
    config = replace(CASES["llama"], rope_interleaved=True, **change)
    neighbours = model_of(config, initial_parameters(config, 3))
    ours.save_pretrained(neighbours, tmp_path)
    halves = ours.load_pretrained(tmp_path)
    assert halves.config == replace(config, rope_interleaved=False)
    again = ours.load_pretrained(tmp_path, config)      # and read as it was
    for name, array in get_parameters(neighbours).items():
        np.testing.assert_array_equal(get_parameters(again)[name], array)
    moved = get_parameters(halves)["blocks.0.attention.q.weight"]
    assert not np.array_equal(moved, get_parameters(neighbours)["blocks.0.attention.q.weight"])
    twins = [theirs.load_pretrained(tmp_path, c) for c in (halves.config, config)]
    ids, dlogits = a_case(config, 9, 0, np.float64)
    same = ("logits", "token_embedding.weight", "blocks.1.feed_forward.up.weight")
    runs = [lambda model=model: {name: value for name, value in run_twin(
        model.double(), ids, dlogits).items() if name in same} for model in twins]
    exact, bounds = measured_bounds(*runs)
    for model in (halves, neighbours):
        result = run_reference(model.to(np.float64), ids, dlogits)
        for name, bound in bounds.items():
            assert_agree(result[name], exact[name], bound, name)
