"""What tasks of the harness want written: their words, read; their answers, ended."""
from types import SimpleNamespace

import pytest

from twinformer.harness.chat import chat_text, style_of
from twinformer.harness.writing import Wanted, wanted_of, write
from twinformer.tokenizers.byte_tokenizer import ByteTokenizer

END = ByteTokenizer().end_of_text


def wanted(**settings):
    return wanted_of(settings, 20, 64)


def test_the_words_of_tasks():
    assert wanted() == Wanted(max_new_tokens=20, until=(), sampling=(("temperature", 0.0),))
    assert wanted(until="\n", max_gen_toks=5, max_tokens=9, do_sample=False, temperature=0.7,
                  top_p=0.9, num_beams=1, use_cache=True) == Wanted(
        max_new_tokens=5, until=("\n",), sampling=(("temperature", 0.0),))
    assert dict(wanted(temperature=0.7, top_k=3).sampling) == {"temperature": 0.7, "top_k": 3}
    assert wanted(do_sample=True, max_new_tokens=7) == Wanted(
        max_new_tokens=7, until=(), sampling=())
    assert dict(wanted(repetition_penalty=1.2, top_p=0.5).sampling) == {
        "temperature": 0.0, "repetition_penalty": 1.2}


@pytest.mark.parametrize("settings, said", [
    ({"num_beams": 4}, "num_beams=4, which is not done here"),
    ({"max_gen_toks": 64}, "an answer of 64 tokens leaves no room for the question: the model "
                           "sees 64; --gen_kwargs max_gen_toks=32 would"),
    ({"until": [""]}, "a stop string is empty")])
def test_what_is_refused(settings, said):
    with pytest.raises(ValueError, match=said):
        wanted(**settings)


def written(*texts, until=(), most=20):
    """What is read of texts that a model writes, token by token; and how far it went."""
    told = []

    def generate(model, prompts, max_new_tokens, *, stop, seed, vocab_limit, **sampling):
        assert END in stop and vocab_limit == 257 and sampling == {"temperature": 0.0}
        for tokens in zip(*texts, strict=True):
            told.append(tokens)
            yield list(tokens)

    found = write(SimpleNamespace(generate=generate), None, ByteTokenizer(), [[1]] * len(texts),
                  Wanted(max_new_tokens=most, until=until, sampling=(("temperature", 0.0),)), 0)
    return found, len(told)


def test_an_answer_ends_at_a_stop_token_and_in_front_of_a_stop_string():
    assert written([*b"abc", END, END, END], list(b"xyz.uv")) == (["abc", "xyz.uv"], 6)
    # both are at their end: nothing more is asked for
    assert written([*b"abc", END, END, END], list(b"xyz.uv"), until=(".",)) == (["abc", "xyz"], 4)
    assert written(list(b"a--b-c"), until=("b", "--")) == (["a"], 3)


def test_a_stop_string_may_be_a_special_token():
    assert written([*b"ab", END, *b"cd"], until=("<|endoftext|>",)) == (["ab"], 3)


MESSAGES = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Why?"}]


def test_conversations_in_the_words_that_were_taught():
    opened = SimpleNamespace(task={"template": "chatml"}, folder="runs/x")
    tokenizer = ByteTokenizer()
    asked = chat_text(style_of("", opened), MESSAGES, tokenizer, True)
    assert asked == ("<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nWhy?<|im_end|>\n"
                     "<|im_start|>assistant\n")
    begun = [*MESSAGES, {"role": "assistant", "content": "Because"}]
    assert chat_text(style_of("", opened), begun, tokenizer, False) == asked + "Because"
    assert "Why?" in chat_text(style_of("qa", opened), MESSAGES[1:], tokenizer, True)


def test_conversations_that_a_template_has_no_form_for():
    shots = [MESSAGES[1], {"role": "assistant", "content": "So."}, MESSAGES[1]]
    opened = SimpleNamespace(task={}, folder="runs/x")
    with pytest.raises(ValueError, match="--fewshot_as_multiturn false"):
        chat_text(style_of("alpaca", opened), shots, ByteTokenizer(), True)
    with pytest.raises(ValueError, match="runs/x was not taught to answer.*template=chatml"):
        style_of("", opened)
    with pytest.raises(ValueError, match="expected a message of the assistant"):
        chat_text(style_of("chatml", opened), MESSAGES, ByteTokenizer(), False)
