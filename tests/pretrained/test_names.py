"""Names: every weight has one in each spelling, and none has two."""
from dataclasses import replace

import pytest

from twinformer.models.initialisation import parameter_shapes
from twinformer.pretrained.formats.gpt2_names import (
    HUGGING_FACE, TENSORFLOW, is_turned, spelling_of, without_wrappers,
)

from parity_tests.models.checkpoints import (
    TINY, arrays_of, hugging_face, tensorflow_arrays,
)


@pytest.mark.parametrize("tied", [True, False])
def test_the_names_are_those_of_transformers(tied):
    config = replace(TINY, tie_embeddings=tied)
    shapes = parameter_shapes(config)
    theirs = arrays_of(hugging_face(config))
    assert {HUGGING_FACE(name) for name in shapes} == set(theirs)
    for name, shape in shapes.items():
        lies = shape[::-1] if is_turned(name) else shape
        assert theirs[HUGGING_FACE(name)].shape == lies


def test_every_square_convolution_is_turned():
    """A square matrix has the right shape either way: only its name tells."""
    theirs = hugging_face().state_dict()
    from transformers.pytorch_utils import Conv1D

    convolutions = {name for name, module in hugging_face().named_modules()
                    if isinstance(module, Conv1D)}
    turned = {HUGGING_FACE(name).removesuffix(".weight")
              for name in parameter_shapes(TINY) if is_turned(name)}
    assert turned == convolutions and len(theirs) > len(turned)


def test_spellings_are_told_apart():
    model = hugging_face()
    assert spelling_of(arrays_of(model)) == HUGGING_FACE
    assert spelling_of(arrays_of(model, prefix="")) == HUGGING_FACE._replace(prefix="")
    openai = tensorflow_arrays(model)
    assert spelling_of(openai) == TENSORFLOW
    assert {TENSORFLOW(name) for name in parameter_shapes(TINY)} == set(openai)
    assert HUGGING_FACE("blocks.11.attention.qkv.weight") == (
        "transformer.h.11.attn.c_attn.weight")
    assert TENSORFLOW("blocks.11.feed_forward.down.bias") == "model/h11/mlp/c_proj/b"


STACKS = ["module.", "_orig_mod.", "module._orig_mod.", "model.", "_orig_mod.module.model.",
          "_forward_module.model._fsdp_wrapped_module.", "policy.gpt."]


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("body", ["", "transformer."])
def test_what_frameworks_put_before_the_names_is_taken_away(stack, body):
    names = [f"{body}wte.weight", f"{body}h.10.attn.c_attn.weight", "lm_head.weight"]
    found = without_wrappers({stack + name: i for i, name in enumerate(names)})
    assert found == {name: i for i, name in enumerate(names)}


def test_wrappers_inside_the_names_are_taken_away():
    assert without_wrappers({
        "transformer._orig_mod.wte.weight": 1, "transformer.h.0._orig_mod.ln_1.weight": 2,
        "_orig_mod.lm_head.weight": 3, "v_head.summary.weight": 4}) == {
        "transformer.wte.weight": 1, "transformer.h.0.ln_1.weight": 2, "lm_head.weight": 3,
        "v_head.summary.weight": 4}


def test_two_models_in_one_file_are_refused():
    with pytest.raises(ValueError, match=r"policy.wte.weight and reference.wte.weight are both"):
        without_wrappers({"policy.wte.weight": 1, "reference.wte.weight": 2})
