"""Tasks as token ids: the book's split, what fits, what is refused."""
import pytest

from twinformer.finetuning.examples import (
    check_filled, encode_examples, require_end_of_text, split_tasks,
)
from twinformer.tokenizers.byte_tokenizer import ByteTokenizer
from twinformer.tokenizers.characters import CharacterTokenizer
from twinformer.corpora.prompts import ALPACA, PHI3
from twinformer.corpora.records import (
    Instruction, Preference, read_instructions, read_preferences,
)

from parity_tests.shared_data import shared_data
from parity_tests.text.samples import error_of, gpt2

TASKS = [Instruction(f"say {n}", "", "x" * n) for n in range(1, 21)]


def test_the_books_split():
    """935 first, then 110 for the test, the last 55 for validation."""
    tasks = read_instructions(shared_data("rasbt/instruction-data.json"))
    splits = split_tasks(tasks, 0.85, 0.1)
    assert [*map(len, splits)] == [935, 55, 110]
    assert splits.train + splits.test + splits.validation == tasks


@pytest.mark.parametrize(("shares", "message"), [
    ((0.9, 0.1), r"the training share \(0.9\) and the test share \(0.1\)"),
    ((0.0, 0.1), "must leave a rest"), ((0.5, -0.1), "must leave a rest"),
    ((0.01, 0.1), "leave none for the train part")])
def test_shares_that_leave_nothing(shares, message):
    with pytest.raises(ValueError, match=message):
        split_tasks(TASKS, *shares)


def test_a_test_part_may_be_empty():
    assert [*map(len, split_tasks(TASKS, 0.9, 0.0))] == [18, 2, 0]


def test_empty_fields():
    check_filled(TASKS, ["instruction", "output"], "f.json")
    tasks = [TASKS[0], Instruction("a", "", " \n")]
    assert error_of(check_filled, tasks, ["output"], "f.json").startswith(
        "f.json, entry 1: the output is empty")


def test_examples_that_fit():
    tokenizer = ByteTokenizer()
    whole = [len(PHI3.full(task)) for task in TASKS]
    context = whole[4]
    examples, left_out = encode_examples(TASKS, ["output"], PHI3, tokenizer,
                                         context)
    assert [example.task for example in examples] == TASKS[:5]
    assert left_out == 15
    for example, length in zip(examples, whole, strict=False):
        assert example.length == len(example.text()) == length
        assert tokenizer.decode(example.text()) == PHI3.full(example.task)
        assert tokenizer.decode(example.question) == PHI3.question(
            example.task)
    message = error_of(encode_examples, TASKS, ["output"], PHI3, tokenizer, 9)
    assert message.startswith(
        f"the shortest of 20 tasks has {whole[0]} tokens with its answer, "
        "and the model looks at 9")
    assert encode_examples([], ["output"], PHI3, tokenizer, 9) == ([], 0)


def test_the_longer_answer_decides():
    task = Preference("a", "", "", "yes", "no, never")
    (example,), _ = encode_examples([task], ["chosen", "rejected"], PHI3,
                                    ByteTokenizer(), 99)
    assert example.length == len(PHI3.question(task)) + len("no, never")
    assert example.text(1) == example.question + list(b"no, never")


def test_the_books_preferences_in_gpt2s_tokens():
    """Answers follow the book's question, which ends with the response mark.
    """
    _, tokenizer = gpt2()
    tasks = read_preferences(
        shared_data("rasbt/instruction-data-with-preference.json"))[:100]
    examples, left_out = encode_examples(
        tasks, ["chosen", "rejected"], ALPACA, tokenizer, 1024)
    assert left_out == 0
    for example, task in zip(examples, tasks, strict=True):
        for number, answer in enumerate((task.chosen, task.rejected)):
            assert example.text(number) == tokenizer.encode(
                ALPACA.question(task) + answer)


def test_tokenizers_without_an_end_are_refused():
    assert require_end_of_text(ByteTokenizer()) == 256
    assert "no end-of-text token" in error_of(
        require_end_of_text, CharacterTokenizer.from_text("ab"))
