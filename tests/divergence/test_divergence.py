"""Eight mistakes, each found and named at its place; and what is right stays unmarked."""
import numpy as np
import pytest
import torch

from parity_tests.models.checkpoints import hugging_face
from torch_impl import GPTModel, set_parameters
import numpy_impl
from twinformer.divergence.passes import compare
from twinformer.divergence.subject import Subject
from twinformer.models.config import GPT2Config

from ..tiny_run import one_thread
from . import tiny_llama as tiny

__all__ = ["one_thread"]

IDS = np.random.default_rng(0).integers(0, tiny.V, (2, 9))
CONFIG = GPT2Config(vocab_size=31, context_length=12, d_model=16, n_heads=2, n_layers=2,
                    dropout=0.1)


def found(one, other, **options):
    subjects = [part if isinstance(part, Subject) else Subject(letter, part)
                for letter, part in (("A", one), ("B", other))]
    return compare(*subjects, IDS, **options)


@pytest.mark.parametrize("one, other, place, cause", [
    (tiny.right, tiny.swapped, "blocks.1.attention.q_proj",
     "B computes A's output of blocks.1.attention.q_proj in blocks.1.attention.k_proj"),
    (tiny.permuted, tiny.half_permuted, "blocks.0.attention.k_proj",
     "B has A's rows in another order"),
    (tiny.right, tiny.unpermuted, "blocks.0.attention, between v_proj and o_proj",
     "interleaved is False in A and True in B"),
    (tiny.right, tiny.other_eps, "blocks.0.norm1", "eps is 1e-05 in A and 1e-06 in B"),
    (tiny.right, tiny.erf, "blocks.0.feed_forward, between up and down",
     "A has GELU by tanh there, B GELU by erf"),
    (tiny.right, tiny.transposed, "blocks.1.attention.o_proj", "B's is A's, transposed"),
], ids=["swapped q and k", "unpermuted weight", "other rotary", "eps", "GELU", "transposed"])
def test_the_first_module_that_parts(one, other, place, cause):
    finding = found(one(), other())
    assert finding.parts and not finding.random
    assert finding.place == place
    assert cause in " / ".join(finding.causes)
    first = next(i for i, row in enumerate(finding.outputs) if row.parts)
    assert all(row.error < 0.5 for row in finding.outputs[:first])
    assert finding.outputs[first].error > 1e3     # no matter of taste


def test_dropout_forgotten_in_eval_mode():
    finding = found(tiny.right(), tiny.forgotten())
    assert finding.random == {"B": "blocks.0.attention, between v_proj and o_proj"}
    module = tiny.right()
    module.blocks[1].dropout.forward = lambda x: torch.nn.functional.dropout(x, 0.1)
    assert found(module, tiny.right()).random == {"A": "blocks.1.dropout"}


def test_an_optimizer_that_decays_biases_and_norms():
    finding = found(Subject("A", tiny.right(), optimizer=tiny.adamw),
                    Subject("B", tiny.right(), optimizer=tiny.decays_all), steps=3)
    assert not finding.place and not finding.gradient_place
    step = finding.step
    assert (step.step, step.what) == (1, "blocks.0.norm1.weight")
    assert "B decays it" in step.cause and "0.0001 of the weight" in step.cause
    model = tiny.right()
    narrow = {name for name, weight in model.named_parameters() if weight.ndim == 1}
    assert {step.what, *step.others} <= narrow


def test_a_gradient_that_is_cut():
    model = tiny.right()
    attention = model.blocks[1].attention
    whole = attention.forward
    attention.forward = lambda x: whole(x.detach())
    finding = found(tiny.right(), model)
    assert not finding.place
    assert finding.gradient_place == ("the gradient of output of blocks.1.norm1, made after that "
                                      "of blocks.1.attention.q_proj.weight")


def test_swapped_queries_and_keys_of_a_fused_matrix():
    right, wrong = GPTModel(CONFIG), GPTModel(CONFIG)
    weight = wrong.blocks[1].attention.qkv.weight.data
    weight[:16], weight[16:32] = weight[16:32].clone(), weight[:16].clone()
    finding = found(right, wrong)
    assert finding.place == "blocks.1.attention.qkv"
    assert "another order (rows 0 to 31)" in finding.causes[0]


def test_a_mistake_in_transformers_is_named_in_both_words():
    theirs = hugging_face(CONFIG, 0)
    ours = numpy_impl.GPTModel(CONFIG, seed=None)
    ours.load_state_dict(of_hugging_face(theirs))
    theirs.transformer.h[1].ln_2.eps = 1e-6
    finding = found(ours, theirs)
    row = next(row for row in finding.outputs if row.parts)
    assert (row.name, row.other) == ("blocks.1.norm2", "transformer.h.1.ln_2")
    assert finding.causes == ["eps is 1e-05 in A and 1e-06 in B"]


def of_hugging_face(model):
    from twinformer.models.initialisation import parameter_shapes
    from twinformer.pretrained.formats.gpt2_names import HUGGING_FACE, turned

    state = model.state_dict()
    return {name: turned(name, state[HUGGING_FACE(name)].numpy())
            for name in parameter_shapes(CONFIG)}


# -- no false alarm ------------------------------------------------------------------

@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_reference_and_twin_agree(precision):
    finding = found(numpy_impl.GPTModel(CONFIG), GPTModel(CONFIG), precision=precision, steps=2)
    assert (finding.precision, len(finding.outputs)) == (precision, 28)
    assert len(finding.gradients) == 28 + 28
    assert not finding.parts, (finding.place, finding.gradient_place, finding.step)


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_ours_and_transformers_agree(precision):
    theirs = hugging_face(CONFIG, 0)
    ours = GPTModel(CONFIG, seed=None)
    set_parameters(ours, of_hugging_face(theirs))
    finding = found(ours, theirs, precision=precision, steps=2)
    assert len(finding.outputs) == 23 and len(finding.gradients) == 23 + 28
    assert not finding.parts, (finding.place, finding.gradient_place, finding.step)


class InPieces(torch.nn.Module):
    """The same model, a row at a time, in another batch and on other threads."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, ids):
        torch.set_num_threads(2)
        rows = [self.model(torch.cat([row[None], ids]))[:1] for row in ids]
        torch.set_num_threads(1)
        return torch.cat(rows)


def test_another_batch_and_other_threads_agree():
    finding = found(tiny.right(), InPieces(tiny.right()), precision="float32")
    assert not finding.parts and finding.outputs[-1].name == "the model"


def test_dropout_in_eval_mode_agrees():
    model = tiny.right().train()
    assert not found(model, tiny.Model(dropout=0.9)).parts


def test_other_names_are_aligned_in_order():
    class Renamed(tiny.Model):
        def __init__(self):
            super().__init__()
            self.layers, self.final, self.out = self.blocks, self.norm, self.head
            del self.blocks, self.norm, self.head

        def forward(self, ids):
            x = self.embedding(ids)
            for layer in self.layers:
                x = layer(x)
            return self.out(self.final(x))

    finding = found(tiny.right(), Renamed())
    assert not finding.parts and len(finding.outputs) == 28
    wrong = Renamed()
    attention = wrong.layers[1].attention
    attention.q_proj, attention.k_proj = attention.k_proj, attention.q_proj
    row = next(row for row in found(tiny.right(), wrong).outputs if row.parts)
    assert (row.name, row.other) == ("blocks.1.attention.q_proj", "layers.1.attention.q_proj")


def saturated():
    """The twin of a GPT-2 whose GELU keeps nearly all or next to nothing, and the reference."""
    from twinformer.models.initialisation import initial_parameters

    parameters = initial_parameters(CONFIG, seed=3)
    parameters = {name: 30 * array if "feed_forward.up.weight" in name else array
                  for name, array in parameters.items()}
    twin, reference = GPTModel(CONFIG), numpy_impl.GPTModel(CONFIG)
    set_parameters(twin, parameters)
    numpy_impl.set_parameters(reference, parameters)
    return twin, reference


def test_what_a_kernel_takes_from_another_is_rounding_too():
    """1 + tanh far below 0: torch's kernel is off by eps, not by a share of what is left."""
    twin, reference = saturated()
    finding = found(twin, reference)
    assert not finding.parts, finding.gradient_place
    wrong = saturated()[1]
    up = wrong.blocks[1].feed_forward.up
    up.weight = up.weight * np.float32(1.000001)
    assert found(twin, wrong).place == "blocks.1.feed_forward.up"
