"""Labelled texts as JSON, and labels that are one."""
import json

import pytest

from twinformer.classification.json_rows import label_text
from twinformer.classification.labelled import read_labelled

ROWS = [{"text": "a", "label": 1}, {"text": "b", "label": 0.0, "id": None},
        {"text": "c", "label": "1"}, {"text": "d", "label": 1.0}, {"text": "e", "label": "0"}]


@pytest.mark.parametrize("lines", [True, False])
@pytest.mark.parametrize("name", ["t.json", "t.jsonl", "t.ndjson", "t.txt", "t.csv", "t"])
def test_numbers_are_one_label_however_they_are_written(tmp_path, lines, name):
    path = tmp_path / name
    path.write_text("\n".join(map(json.dumps, ROWS)) if lines else json.dumps(ROWS, indent=2))
    messages = read_labelled(path)
    assert [message.label for message in messages] == ["1", "0", "1", "1", "0"]
    assert [message.text for message in messages] == list("abcde")


def test_in_tables_too(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("text,label\na,1.0\nb,0\nc,1\n")
    assert [message.label for message in read_labelled(path)] == ["1", "0", "1"]


@pytest.mark.parametrize(("given", "label"), [
    ("1.0", "1"), ("-1.00", "-1"), (" 2 ", "2"), ("1.5", "1.5"), ("1.", "1."), ("v1.0", "v1.0"),
    (".0", ".0"), ("1.0.0", "1.0.0"), ("1e0", "1e0"), ("二.0", "二.0")])
def test_only_whole_numbers_are_shortened(given, label):
    assert label_text(given) == label


@pytest.mark.parametrize("entry", [
    {"messages": [{"role": "system", "content": ""}, {"role": "user", "content": "hi"},
                  {"role": "assistant", "content": "ham"}]},
    {"prompt": "hi", "completion": " ham"},
    {"conversations": [{"from": "human", "value": "hi"}, {"from": "gpt", "value": "ham"}]}])
def test_chats(tmp_path, entry):
    path = tmp_path / "t.jsonl"
    path.write_text("\n".join([json.dumps(entry)] * 2))
    assert [tuple(message) for message in read_labelled(path)] == [("ham", "hi")] * 2
