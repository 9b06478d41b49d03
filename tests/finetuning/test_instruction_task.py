"""Instructions as the trainer sees them: batches, evaluation, samples."""
import json
import math

import numpy as np
import pytest

from twinformer.backend import implementation
from twinformer.finetuning.answering import sheet, write_responses
from twinformer.finetuning.examples import encode_examples, split_tasks
from twinformer.configs.finetuning_config import FinetuningConfig
from twinformer.configs.instruction_config import InstructionConfig
from twinformer.finetuning.instruction_task import InstructionTask
from numpy_impl.finetuning.packed_tokens import PackedTokens
from twinformer.tokenizers.byte_tokenizer import ByteTokenizer
from twinformer.corpora.prompts import PHI3, prompt_style
from twinformer.corpora.records import Instruction, read_instructions
from torch_impl.finetuning import packed_tokens as their_packed

from parity_tests.shared_data import shared_data
from parity_tests.text.samples import error_of
from parity_tests.finetuning.tiny import RUN_CONFIG, learner_of

TASKS = [Instruction(f"Say {word}{'!' * (n % 4)}", "loudly" * (n % 2), word)
         for n, word in enumerate(["yes", "no", "perhaps", "never", "a", "b",
                                   "here", "there", "now", "then"] * 2)]
BOTH = pytest.mark.parametrize("name", ["numpy", "torch"])


def task(name="numpy", tasks=TASKS, tokenizer=None, context=128, **settings):
    settings = InstructionConfig(**({"template": "phi3", "train_share": 0.7,
                                     "max_new_tokens": 8} | settings))
    tokenizer = tokenizer or ByteTokenizer()
    splits = split_tasks(tasks, settings.train_share, settings.test_share)
    style = prompt_style(settings.template)
    encoded = [encode_examples(part, ["output"], style, tokenizer, context)[0]
               for part in splits]
    parts = implementation(name)
    return InstructionTask(
        type(splits)(*encoded), settings, FinetuningConfig(), tokenizer=tokenizer,
        run_config=RUN_CONFIG, data_key="key", respond=parts.respond,
        parameters=parts.get_parameters)


def test_a_batch_is_text_and_its_continuation():
    one = task()
    inputs, targets = one.batch([3, 0])
    for row, number in enumerate((3, 0)):
        text = list(PHI3.full(TASKS[number]).encode())
        assert inputs[row, :len(text)].tolist() == text
        assert targets[row, :len(text)].tolist() == [*text[1:], 256]
        assert (inputs[row, len(text):] == 256).all()
        assert (targets[row, len(text):] == -100).all()
    assert one.lengths == [len(PHI3.full(t)) for t in TASKS[:14]]
    assert one.describe()["kind"] == "instructions"
    assert one.describe()["template"] == "phi3"


def test_only_responses_are_learned_if_asked():
    _, targets = task(response_only=True).batch([1])
    learned = targets[targets != -100].tolist()
    assert learned == [*b"no", 256]


def test_packed_batches_hold_every_example_once():
    one = task(packing=True)
    assert len(one.lengths) < 14 and max(one.lengths) <= 128
    batch = one.batch(range(len(one.lengths)))
    text = ByteTokenizer().decode(batch.inputs[batch.inputs != 256])
    for each in TASKS[:14]:
        assert PHI3.full(each) in text
    assert (batch.targets == 256).sum() == 14


@BOTH
@pytest.mark.parametrize("packing", [False, True])
def test_losses_are_means_over_all_tokens(name, packing):
    """Of a new model log V; whatever the batches, that of each text alone."""
    one = task(name, packing=packing)
    objective = implementation(name).NextTokens()
    if packing:
        objective = (PackedTokens if name == "numpy"
                     else their_packed.PackedTokens)()
    learner = learner_of(name, objective)
    metrics = one.evaluate(learner)
    assert list(metrics) == ["train_loss", "validation_loss"]
    assert abs(metrics["validation_loss"] - math.log(257)) < 0.1
    assert one.score(metrics) == metrics["validation_loss"]
    if not packing:
        sums = [learner.evaluate(one.batch_of([[example]]))
                for example in one.splits.validation]
        mean = sum(s for s, _ in sums) / sum(c for _, c in sums)
        assert abs(metrics["validation_loss"] - mean) < 1e-12


def test_both_packages_evaluate_and_answer_alike():
    found = []
    for name in ("numpy", "torch"):
        one, tune = task(name), learner_of(name, implementation(name).NextTokens())
        found.append((one.evaluate(tune), one.sample(tune, 0)))
    assert found[0][1] == found[1][1]
    np.testing.assert_allclose(list(found[0][0].values()),
                               list(found[1][0].values()), rtol=1e-12)


def test_it_learns_to_answer_and_to_stop():
    """Thirty steps over one task: the answer by heart, and nothing after."""
    tasks = [Instruction("What?", "", "me")] * 20
    one = task(tasks=tasks, samples=1)
    learner = learner_of("numpy", implementation("numpy").NextTokens())
    before = one.sample(learner, 0)
    assert before.startswith("task      What?\nexpected  me\nmodel     ")
    assert not before.endswith("model     me")
    for step in range(1, 61):
        learner.train_step([one.batch([0])], step, 2e-2)
    assert one.sample(learner, 60).endswith("model     me")


def test_the_books_batches():
    """935 texts, 116 batches of 8, at most 1,024 tokens: nothing left out."""
    tasks = read_instructions(shared_data("rasbt/instruction-data.json"))
    one = task(tasks=tasks, template="alpaca", train_share=0.85, context=1024)
    assert [*map(len, one.splits)] == [935, 55, 110]
    assert len(one.lengths) // 8 == 116


def test_the_books_file_of_responses(tmp_path):
    path = tmp_path / "responses.json"
    write_responses(path, [Instruction("Où?", "", "là")], ["ici"])
    assert json.loads(path.read_text(encoding="utf-8")) == [
        {"instruction": "Où?", "input": "", "output": "là",
         "model_response": "ici"}]
    reference = json.loads(shared_data(
        "rasbt/instruction-data-with-response.json").read_text("utf-8"))
    assert reference[0].keys() == {"instruction", "input", "output",
                                   "model_response"}


def test_a_sheet_to_read():
    tasks = [Instruction("Add\nthem", "1 2", "3"), Instruction("b", "", "c")]
    assert sheet(tasks, ["4\n5", ""]) == (
        "task      Add\n          them\n          1 2\nexpected  3\n"
        "model     4\n          5\n\ntask      b\nexpected  c\nmodel     ")


@pytest.mark.parametrize(("settings", "message"), [
    ({"template": "llama"}, "no prompt style 'llama'; there are alpaca"),
    ({"max_new_tokens": 0}, "max_new_tokens must be at least 1"),
    ({"samples": -1}, "samples must be at least 0")])
def test_settings_that_cannot_be(settings, message):
    assert message in error_of(InstructionConfig, **settings)


def test_a_question_without_room_for_an_answer():
    one = task()
    model = learner_of("numpy", implementation("numpy").NextTokens()).model
    long = Instruction("why " * 60, "", "so")
    message = error_of(one.answers, model, [long])
    assert "the question 'why why" in message and "shorten it" in message
