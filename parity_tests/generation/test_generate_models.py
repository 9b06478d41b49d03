"""Generation by real models, of every kind: both packages write the same, and
what is kept or filled up changes nothing."""
import numpy as np
import pytest
import torch

import numpy_impl.generation.generate as ours
import torch_impl.generation.generate as theirs
from numpy_impl.models.gpt2 import GPTModel
from numpy_impl.models.parameters import set_parameters
from torch_impl.models import gpt2, parameters
from twinformer.architectures.kinds import KINDS
from twinformer.models.config import GPT2Config
from twinformer.models.initialisation import initial_parameters

from ..agreement import assert_drift
from .fake_models import fake_twins
from .twins import twins_of


def tiny_gpts(dtype, dropout=0.3):
    config = GPT2Config(vocab_size=50, context_length=8, d_model=16,
                        n_heads=2, n_layers=2, dropout=dropout)
    values = {name: 5 * value for name, value in
              initial_parameters(config, seed=3).items()}
    model = GPTModel(config).to(dtype)
    twin = gpt2.GPTModel(config)
    twin = twin.double() if dtype == np.float64 else twin
    set_parameters(model, values)
    parameters.set_parameters(twin, values)
    return model, twin


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_gpt_generates_the_same_text_in_both(dtype):
    model, twin = tiny_gpts(dtype)
    twin.train()  # dropout must not show
    for options in ({"temperature": 0}, {"temperature": 1.0},
                    {"temperature": 0.8, "top_k": 10, "top_p": 0.9}):
        for seed in range(4):
            ids = np.random.default_rng(seed).integers(0, 50, (2, 5))
            new = list(ours.generate(model, ids, 12, seed=seed, **options))
            new_t = list(theirs.generate(twin, ids, 12, seed=seed, **options))
            assert new == new_t


def test_greedy_tokens_equal_those_of_transformers():
    """One and the same model: Hugging Face searches it, and so do we."""
    import transformers

    hf = transformers.GPT2LMHeadModel(transformers.GPT2Config(
        vocab_size=50, n_positions=32, n_embd=16, n_layer=2, n_head=2,
        bos_token_id=None, eos_token_id=None)).eval()
    ids = torch.tensor([[3, 1, 4, 1, 5]])
    greedy = transformers.GenerationConfig(max_new_tokens=12,
                                            do_sample=False, pad_token_id=0)
    expected = hf.generate(ids, generation_config=greedy)[0, 5:].tolist()

    class Wrapped(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.hf, self.config = hf, fake_twins(0, 50, 32)[0].config

        def forward(self, ids):
            return self.hf(ids).logits

    new = theirs.generate(Wrapped(), ids[0], 12, temperature=0)
    assert list(new) == expected


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_writes_the_same_in_both(kind):
    """Within its context and past it; of a longer prompt it reads the end."""
    model, twin = twins_of(kind, 8)
    ids = np.random.default_rng(0).integers(0, 13, 12)
    for prompt in (ids[:3], ids):
        new = list(ours.generate(model, prompt, 20, seed=3))
        assert new == list(theirs.generate(twin, prompt, 20, seed=3))
    assert new == list(ours.generate(model, ids[-8:], 20, seed=3))


@pytest.mark.parametrize("kind", KINDS)
def test_keys_and_values_that_are_kept_change_nothing(kind):
    """Up to the length of the context, where nothing is forgotten yet."""
    model, _ = twins_of(kind, 16)
    ids = np.random.default_rng(0).integers(0, 13, (2, 16))
    past = model.new_past()
    for T in range(3, 17):
        kept = ours.next_logits(model, ids[:, :T], past)
        whole = ours.next_logits(model, ids[:, :T])
        assert_drift(kept, whole, 1, np.abs(whole).max())


@pytest.mark.parametrize("kind", KINDS)
def test_prompts_of_different_lengths_are_continued_as_alone(kind):
    """Each row, with its own dice: within the context, past it, and where the
    prompt itself is longer. Penalties do not see what was filled up."""
    model, twin = twins_of(kind, 10)
    rng = np.random.default_rng(1)
    prompts = [rng.integers(0, 13, length).tolist() for length in (1, 7, 4, 14)]
    for options in ({"temperature": 0}, {"repetition_penalty": 1.4, "n": 2}):
        new = list(ours.generate(model, prompts, 15, seed=5, **options))
        assert new == list(theirs.generate(twin, prompts, 15, seed=5, **options))
        n = options.get("n", 1)
        for row, prompt in enumerate(prompts):
            alone = list(ours.generate(model, [prompt] * (row + 1), 15, seed=5, **options))
            texts = slice(row * n, row * n + n)
            assert [step[texts] for step in new] == [step[texts] for step in alone]


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_filled_up_changes_no_logit(kind):
    """Cached and afresh, past the context too; whatever stands there."""
    model, twin = twins_of(kind, 10)
    rng = np.random.default_rng(2)
    padding = np.array([3, 0])
    ids = rng.integers(0, 13, (2, 14))
    other = ids.copy()
    other[0, :3] = (other[0, :3] + 1) % 13
    pasts = model.new_past(), twin.new_past(), model.new_past()
    for T in range(5, 15):
        alone = ours.next_logits(model, ids[:1, 3:T], pasts[2])
        kept = ours.next_logits(model, ids[:, :T], pasts[0], padding)
        kept_t = theirs.next_logits(twin, torch.tensor(ids[:, :T]), pasts[1],
                                    torch.tensor(padding))
        afresh = ours.next_logits(model, other[:, :T], padding=padding)
        size = np.abs(alone).max()
        assert_drift(kept[:1], alone, 1, size)
        assert_drift(kept_t[:1].numpy(), alone, 1, size)
        if T <= 10:
            assert_drift(afresh[:1], alone, 1, size)
