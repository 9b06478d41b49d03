"""Labelled examples: what files may look like, what is refused."""
import json

import numpy as np
import pytest

from twinformer.corpora.catalog import catalog_folder
from twinformer.corpora.prompts import ALPACA, PHI3
from twinformer.corpora.records import (
    Instruction, Message, balanced, read_instructions, read_messages,
    read_preferences, split_in_order,
)

from parity_tests.text.samples import error_of

SAMPLES = catalog_folder() / "samples"


def test_the_samples():
    english, chinese = (read_messages(SAMPLES / f"messages-{tongue}.tsv")
                        for tongue in ("en", "zh"))
    assert {row.label for row in english + chinese} == {"ham", "spam"}
    assert (len(english), len(chinese)) == (400, 200)
    assert len(read_instructions(SAMPLES / "instructions.json")) == 530
    assert len(read_preferences(SAMPLES / "preferences.json")) == 340


def test_messages(tmp_path):
    path = tmp_path / "m.tsv"
    path.write_bytes(b'label\ttext\r\nham\ta\tb "c\r\n\nspam\t"x\n')
    assert read_messages(path) == [Message("ham", 'a\tb "c'), Message("spam", '"x')]
    path.write_bytes(b"ham\tyes\nno tab\n")
    assert "line 2" in error_of(read_messages, path)


@pytest.mark.parametrize("content, problem", [
    ("{", "Expecting"), ("{}", "expected a list"), ('[{"instruction": "a"}]', "entry 0"),
    ('[{"instruction": "a", "output": 3}]', "entry 0"), ("[1]", "entry 0")])
def test_what_is_no_instruction(tmp_path, content, problem):
    path = tmp_path / "i.json"
    path.write_text(content, encoding="utf-8")
    assert problem in error_of(read_instructions, path)


def test_input_may_be_left_out(tmp_path):
    path = tmp_path / "i.json"
    path.write_text(json.dumps([{"instruction": "a", "output": "b", "id": 3}]), encoding="utf-8")
    assert read_instructions(path) == [Instruction("a", "", "b")]


def test_json_lines(tmp_path):
    path = tmp_path / "tasks.jsonl"
    path.write_text('{"instruction": "a", "output": "b"}\n\n'
                    '{"instruction": "c\u2028", "input": "d", "output": "e"}\n', encoding="utf-8")
    assert read_instructions(path) == [Instruction("a", "", "b"), Instruction("c\u2028", "d", "e")]
    path.write_text('{"instruction": "a", "output": "b"}\n{"instruction": \n', encoding="utf-8")
    assert "line 2" in error_of(read_instructions, path)


def test_prompts():
    """The words of both styles, with an input and without."""
    task = Instruction("Add.", "1 and 2", "3")
    assert ALPACA.full(task) == (
        "Below is an instruction that describes a task. Write a response that appropriately "
        "completes the request.\n\n### Instruction:\nAdd.\n\n### Input:\n1 and 2"
        "\n\n### Response:\n3")
    assert "### Input" not in ALPACA.full(task._replace(input=""))
    assert PHI3.full(task) == "<|user|>\nAdd.\n1 and 2\n<|assistant|>:\n3"
    assert PHI3.full(task._replace(input="")) == "<|user|>\nAdd.\n<|assistant|>:\n3"
    for style in (ALPACA, PHI3):
        assert style.full(task) == style.question(task) + "3"


def test_balanced():
    labels = list("abbbccccc")
    rows = balanced(labels, np.random.default_rng(0))
    assert [labels[row] for row in rows] == ["b", "c", "a"] and len(set(rows.tolist())) == 3
    assert "nothing to balance" in error_of(balanced, ["x"] * 3, np.random.default_rng(0))


def test_split_in_order():
    parts = split_in_order(range(10), 0.75, 0.1)
    assert [list(part) for part in parts] == [[*range(7)], [7], [8, 9]]
    assert [*map(len, split_in_order([], 0.5))] == [0, 0]
    assert "at most 1" in error_of(split_in_order, [1], 0.9, 0.2)
