"""Generation: the same seed gives the same text, in both implementations."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import numpy_impl.generation.generate as ours
import torch_impl.generation.generate as theirs
from numpy_impl.generation.sampling import next_probabilities
from twinformer.architectures.kinds import KINDS
from twinformer.models.config import GPT2Config
from numpy_impl.models.gpt2 import GPTModel
from twinformer.models.initialisation import initial_parameters
from numpy_impl.models.parameters import set_parameters
from torch_impl.models import gpt2, parameters

from ..agreement import assert_drift
from .fake_models import fake_twins
from .twins import twins_of

SEEDS = st.integers(0, 2**32 - 1)
PROMPTS = st.lists(st.integers(0, 10), min_size=1, max_size=9)
OPTIONS = st.fixed_dictionaries({
    "temperature": st.sampled_from([0, 0.7, 1.0, 3.0]),
    "top_k": st.none() | st.integers(1, 12),
    "top_p": st.none() | st.sampled_from([0.3, 0.9, 1.0]),
    "stop": st.none() | st.integers(0, 10) | st.just([2, 5]),
    "seed": st.integers(0, 9),
    "vocab_limit": st.sampled_from([None, 7, 11, 20]),
    "min_p": st.none() | st.sampled_from([0, 0.05, 0.5, 1.0]),
    "repetition_penalty": st.sampled_from([1.0, 1.2]),
    "logit_bias": st.none() | st.just({0: -np.inf, 3: 1.5}),
})


def both(ids, length, model_seed=0, **options):
    """What the reference generates, after checking the twin against it."""
    model, twin = fake_twins(model_seed)
    new = list(ours.generate(model, ids, length, **options))
    new_t = list(theirs.generate(twin, ids, length, **options))
    assert new == new_t
    return new


# -- the same ids ------------------------------------------------------------

@given(PROMPTS, st.integers(0, 8), SEEDS, OPTIONS)
def test_both_generate_the_same_ids(ids, n, model_seed, options):
    new = both(ids, n, model_seed, **options)

    assert len(new) <= n and all(type(token) is int for token in new)
    limit, stop = options["vocab_limit"] or 11, options["stop"]
    stops = [stop] if isinstance(stop, int) else stop or []
    assert all(0 <= token < limit for token in new)
    assert not set(new[:-1]) & set(stops)          # nothing after a stop
    assert len(new) == n or new[-1] in stops


@given(SEEDS, OPTIONS, st.integers(1, 4), st.integers(1, 8))
def test_batches_generate_what_each_prompt_would(seed, options, B, T):
    """Row 0 equals the prompt alone; no row looks at its neighbours."""
    ids = np.random.default_rng(seed).integers(0, 11, (B, T))
    new = both(ids, 6, seed, **options)
    alone = both(ids[0], 6, seed, **options)

    first = [row[0] for row in new]
    assert first[:len(alone)] == alone
    assert set(first[len(alone):]) <= set(alone[-1:])   # a stop, repeated
    changed = ids.copy()
    changed[1:] = (changed[1:] + 1) % 11
    other = [row[0] for row in both(changed, 6, seed, **options)]
    assert other[:len(alone)] == alone


def test_a_batch_goes_on_until_its_last_prompt_has_stopped():
    model, _ = fake_twins()
    ids = np.array([[1], [2], [3]])
    free = np.array(both(ids, 20, seed=4))                  # (20, 3)
    stop = int(free[3, 0])
    new = np.array(both(ids, 20, seed=4, stop=stop))
    for row in range(3):
        hits = np.flatnonzero(new[:, row] == stop)
        end = hits[0] if len(hits) else len(new)
        np.testing.assert_array_equal(new[:end, row], free[:end, row])
        assert (new[end:, row] == stop).all()


# -- laws --------------------------------------------------------------------

@given(PROMPTS, SEEDS)
def test_temperature_0_and_top_k_1_are_greedy(ids, model_seed):
    model, _ = fake_twins(model_seed)
    sequence = list(ids)
    for _ in range(8):  # greedy search, spelled out
        logits, _ = model.forward(np.array([sequence[-6:]]))
        sequence.append(int(logits[0, -1].argmax()))
    greedy = sequence[len(ids):]

    assert both(ids, 8, model_seed, temperature=0) == greedy
    assert both(ids, 8, model_seed, top_k=1, seed=3) == greedy
    assert both(ids, 8, model_seed, temperature=1e-9, seed=5) == greedy


@given(PROMPTS, SEEDS, st.integers(0, 9))
def test_keeping_everything_is_plain_sampling(ids, model_seed, seed):
    plain = both(ids, 6, model_seed, seed=seed)
    assert both(ids, 6, model_seed, seed=seed, top_k=11, top_p=1.0) == plain


@given(PROMPTS, SEEDS, OPTIONS)
def test_asking_for_less_gives_the_beginning(ids, model_seed, options):
    long = both(ids, 8, model_seed, **options)
    assert both(ids, 3, model_seed, **options) == long[:3]


def test_the_seed_decides():
    texts = {tuple(both([1, 2, 3], 12, seed=seed)) for seed in range(8)}
    assert len(texts) == 8
    assert both([1, 2, 3], 12) == both([1, 2, 3], 12, seed=0)


def test_each_row_has_its_own_die(monkeypatch):
    """Row r draws from the stream (seed, r), in double precision."""
    dice = [np.random.default_rng([7, row]) for row in range(3)]
    expected = [[die.random() for die in dice] for _ in range(4)]
    for side, model in zip((ours, theirs), fake_twins(), strict=True):
        seen = []

        def sample(logits, uniform, *options, right=side.sample, seen=seen):
            seen.append(uniform.tolist())
            return right(logits, uniform, *options)
        monkeypatch.setattr(side, "sample", sample)
        list(side.generate(model, [[1], [2], [3]], 4, seed=7))
        assert seen == expected


def test_the_model_sees_the_latest_context_only():
    for side, model in zip((ours, theirs), fake_twins(), strict=True):
        list(side.generate(model, [1, 2, 3, 4], 6))
        assert model.windows == [(1, 4), (1, 5), *[(1, 6)] * 4]
    # What has left the window makes no difference: the ids before it may
    # be any.
    tail = [4, 5, 6, 7, 8, 9]
    assert both([1, 2, 3, *tail], 5, seed=1) == both([9, *tail], 5, seed=1)


def test_tokens_come_one_by_one():
    """The model is asked only when the next token is."""
    for side, model in zip((ours, theirs), fake_twins(), strict=True):
        stream = side.generate(model, [1], 10)
        assert model.windows == []
        next(stream)
        assert len(model.windows) == 1
        next(stream)
        assert len(model.windows) == 2


def test_draws_follow_the_model():
    """Over many prompts in a batch the shares approach the probabilities."""
    model, _ = fake_twins()
    rows = 4000
    (new,) = both(np.full((rows, 1), 3), 1, temperature=0.8, top_p=0.9)
    expected = next_probabilities(model.table[3], 0.8, None, 0.9)
    share = np.bincount(new, minlength=11) / rows
    spread = np.sqrt(expected * (1 - expected) / rows)
    assert (np.abs(share - expected) <= 4 * spread).all()


def test_next_logits_are_those_of_the_last_position():
    ids = np.array([[1, 2, 3], [4, 5, 6]])
    model, twin = fake_twins()
    logits = ours.next_logits(model, ids)
    logits_t = theirs.next_logits(twin, torch.tensor(ids))
    np.testing.assert_array_equal(logits, model.forward(ids)[0][:, -1])
    np.testing.assert_array_equal(logits, logits_t.numpy())
    assert logits.dtype == np.float64 and logits_t.dtype == torch.float64


def test_the_twin_generates_without_dropout_and_goes_back_to_training():
    _, twin = fake_twins()
    for mode in (True, False):
        twin.train(mode)
        stream = theirs.generate(twin, [1], 3)
        next(stream)
        assert twin.training is mode  # also between two tokens

    def broken(ids):
        raise RuntimeError("out of memory")
    twin.forward = broken
    twin.train()
    with pytest.raises(RuntimeError):
        list(theirs.generate(twin, [1], 1))
    assert twin.training


def test_prompts_may_be_lists_arrays_or_tensors():
    expected = both([1, 2], 4)
    assert both(np.array([1, 2], np.uint16), 4) == expected
    assert both(torch.tensor([1, 2]), 4) == expected
    assert both((1, 2), 4) == expected


# -- several texts, and one of a list ----------------------------------------

@given(PROMPTS, SEEDS, OPTIONS, st.integers(2, 3))
def test_n_texts_are_those_of_n_equal_prompts(ids, model_seed, options, n):
    assert (both(ids, 5, model_seed, n=n, **options)
            == both([ids] * n, 5, model_seed, **options))
    pairs = both([ids, ids[::-1]], 5, model_seed, n=n, **options)
    assert pairs == both([ids] * n + [ids[::-1]] * n, 5, model_seed, **options)


def test_for_n_texts_a_prompt_is_read_once():
    for side, model in zip((ours, theirs), fake_twins(), strict=True):
        list(side.generate(model, [1, 2, 3], 3, n=4))
        assert model.windows == [(1, 3), (4, 4), (4, 5)]


@given(SEEDS, st.integers(0, 9))
def test_what_is_written_is_one_of_the_choices(model_seed, seed):
    choices = [[1, 2, 3], [1, 2], [4], [5, 5]]
    options = {"choices": choices, "stop": [9, 10], "seed": seed}
    new = both([1, 2], 6, model_seed, **options)
    assert new[:-1] in choices and new[-1] in (9, 10)
    rows = both([[1, 2], [3, 4]], 6, model_seed, **options)
    for text in zip(*rows, strict=True):
        end = min(text.index(stop) for stop in (9, 10) if stop in text)
        assert list(text[:end]) in choices


# -- text --------------------------------------------------------------------

class Decoder:
    def add(self, token):
        return "" if token % 2 else f"<{token}>"


class Letters:
    """A tokenizer of letters from a; odd ids end no character."""
    vocab_size, stop_tokens = 9, (4, 6)

    def encode(self, text, allowed_special=(), add_beginning=True):
        assert allowed_special == "all" and add_beginning
        return [ord(letter) - 97 for letter in text]

    def stream_decoder(self, goes_on=False):
        return Decoder()


@given(st.text("abcdefgh", min_size=1), SEEDS)
def test_text_is_streamed_up_to_a_stop_token(prompt, seed):
    ids = Letters().encode(prompt, "all")
    new = both(ids, 9, seed, stop=(4, 6), vocab_limit=9)
    expected = "".join(f"<{i}>" for i in new if i in (0, 2, 8))
    for side, model in zip((ours, theirs), fake_twins(seed), strict=True):
        text = side.generate_text(model, Letters(), prompt, 9)
        assert "".join(text) == expected


def test_text_options_reach_generate():
    for side, model in zip((ours, theirs), fake_twins(), strict=True):
        pieces = list(side.generate_text(model, Letters(), "a", 7, stop=None,
                                         temperature=0))
        assert len(pieces) == 7
        with pytest.raises(ValueError, match="prompt is empty"):
            side.generate_text(model, Letters(), "", 7)


def test_text_ends_in_front_of_a_stop_string():
    """<2><0> is two tokens, and nothing of it is seen."""
    for side, model in zip((ours, theirs), fake_twins(4), strict=True):
        whole = "".join(side.generate_text(model, Letters(), "abc", 40, stop=None))
        string = whole[4:10]
        assert string.count("<") == 2
        pieces = list(side.generate_text(model, Letters(), "abc", 40, stop=None,
                                         stop_strings=string))
        assert "".join(pieces) == whole[:whole.index(string)]
        with pytest.raises(ValueError, match="a stop string is empty"):
            side.generate_text(model, Letters(), "a", 7, stop_strings=["a", ""])


def test_text_may_be_one_of_a_list():
    class Choosing(Letters):
        def encode(self, text, allowed_special="all", add_beginning=True):
            return super().encode(text, allowed_special, add_beginning)
    for side, model in zip((ours, theirs), fake_twins(2), strict=True):
        for seed in range(5):
            text = "".join(side.generate_text(
                model, Choosing(), "ab", 9, choices=["ca", "ia", "aci"], seed=seed))
            assert text in ("<2><0>", "<8><0>", "<0><2><8>")
        with pytest.raises(ValueError, match="writes one text; for more, generate"):
            side.generate_text(model, Letters(), "a", 7, n=2)


# -- bad input, refused at the call and not at the first token ---------------

@pytest.mark.parametrize(("ids", "n", "options", "kind", "message"), [
    ([], 5, {}, ValueError, "with at least one token, got"),
    ([[]], 5, {}, ValueError, "with at least one token, got"),
    (3, 5, {}, ValueError, "of shape .T,. or .B, T. with"),
    ([[1, 2], []], 5, {}, ValueError, "with at least one token, got"),
    ([[1, 2], [11]], 5, {}, ValueError, "outside the model's vocabulary"),
    ([1], 5, {"n": 0}, ValueError, "n must be at least 1"),
    ([1], 5, {"min_p": 1.5}, ValueError, "min_p must lie between 0 and 1"),
    ([1], 5, {"repetition_penalty": 0}, ValueError, "repetition_penalty must"),
    ([1], 5, {"choices": [[1]]}, ValueError, "choices need a stop token"),
    ([1], 2, {"choices": [[1, 2]], "stop": 3}, ValueError,
     "max_new_tokens must be at least 3, got 2"),
    ([1.5], 5, {}, TypeError, "prompt ids must be whole numbers"),
    (["a"], 5, {}, TypeError, "prompt ids must be whole numbers"),
    ([1, 2, 11], 5, {}, ValueError,
     "token id 11 at position 2 of the prompt is outside the model's "
     "vocabulary of 11"),
    ([1, -1], 5, {}, ValueError, "token id -1 at position 1"),
    ([1], -1, {}, ValueError, "max_new_tokens must be at least 0, got -1"),
    ([1], 2.5, {}, TypeError, "max_new_tokens must be a whole number"),
    ([1], 5, {"seed": -1}, ValueError, "seed must be at least 0, got -1"),
    ([1], 5, {"stop": "x"}, TypeError, "stop must be a whole number"),
    ([1], 5, {"stop": [1, -2]}, ValueError, "stop must be at least 0"),
    ([1], 5, {"vocab_limit": 0}, ValueError, "vocab_limit must be at least 1"),
    ([1], 5, {"top_p": 2}, ValueError, "top_p must be above 0"),
])
def test_bad_input_is_refused_at_once(ids, n, options, kind, message):
    for side, model in zip((ours, theirs), fake_twins(), strict=True):
        with pytest.raises(kind, match=message):
            side.generate(model, ids, n, **options)


# -- real models -------------------------------------------------------------

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


def test_one_word_may_be_all_the_vocabulary():
    assert both([0], 3, 0, vocab_limit=1) == [0, 0, 0]


# -- every kind of model -----------------------------------------------------

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
