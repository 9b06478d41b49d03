"""People's text files: the same text, whichever program wrote it."""
import json

import pytest

from twinformer.adapters.config import read_config as read_adapter
from twinformer.classification.labelled import read_labelled
from twinformer.corpora.documents import read_documents
from twinformer.corpora.records import Instruction, read_instructions, read_messages
from twinformer.evaluation.questions import read_last_words
from twinformer.evaluation.responses import read_responses
from twinformer.evaluation.scores import read_scores
from twinformer.io.text_files import encoding_of, json_list, read_text
from twinformer.pretrained.formats.gpt2_config import read_config

CHINESE = "\u4eca\u5929\u5929\u6c14\u5f88\u597d\uff0c\u53bb\u516c\u56ed\u6563\u6b65\u3002"
FRENCH = "Le caf\xe9 au lait est tr\xe8s bon, \xe0 cet endroit."
TASK = {"instruction": "a", "input": "", "output": "b", "model_response": "c"}
GPT2 = {"vocab_size": 5, "n_positions": 4, "n_embd": 4, "n_head": 1, "n_layer": 1}


@pytest.mark.parametrize("text, encoding", [
    (text, encoding) for text, encodings in {
        CHINESE: ["utf-8", "utf-8-sig", "utf-16", "utf-32", "gbk", "gb18030"],
        FRENCH: ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"],
        "plain": ["ascii", "utf-8-sig", "utf-16"], "": ["utf-8", "utf-8-sig"],
    }.items() for encoding in encodings])
def test_every_encoding_gives_the_same_text(tmp_path, text, encoding):
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode(encoding))
    assert read_text(path) == text
    if text:
        assert read_documents([path])[0].text == text


@pytest.mark.parametrize("content, offset", [
    (b"x" * 300_000 + "\xe9".encode() + b"\xff" + b"y", 300_002),
    ("\xe9".encode() + b"\xe9 lait", 2), (b"abc" + "\xe9".encode()[:1], 3)])
def test_damaged_utf8_is_not_guessed(tmp_path, content, offset):
    (tmp_path / "a.txt").write_bytes(content)
    problem = rf"a\.txt is not UTF-8 text: byte 0x\w\w at offset {offset};"
    with pytest.raises(ValueError, match=problem):
        read_text(tmp_path / "a.txt")


def test_an_encoding_may_be_named(tmp_path):
    (tmp_path / "a.txt").write_bytes("\xe9".encode())
    assert read_text(tmp_path / "a.txt", "latin-1") == "\xc3\xa9"
    with pytest.raises(ValueError, match="no encoding 'klingon'"):
        read_text(tmp_path / "a.txt", "klingon")
    assert encoding_of(bytes(range(256)) * 9) == "utf-8"        # no text: strictly refused


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name, content, read, right", [
    ("b.json", json.dumps([TASK]), read_instructions, [Instruction("a", "", "b")]),
    ("b.jsonl", json.dumps(TASK) + "\n", read_instructions, [Instruction("a", "", "b")]),
    ("r.JSONL", json.dumps(TASK) + "\r\n", read_responses, [("a", "", "b", "c")]),
    ("s.json", "[1, null]", read_scores, [1, None]),
    ("m.tsv", "label\ttext\nham\ta\n", read_messages, [("ham", "a")]),
    ("t.csv", "label,text\nham,a\nspam,b\n", read_labelled, [("ham", "a"), ("spam", "b")]),
    ("t.jsonl", '{"label": "x", "text": "y\u2028\x85"}\n', read_labelled, [("x", "y\u2028\x85")]),
    ("c.txt", "Hello", lambda path: read_documents([path]), [("c.txt", "Hello")]),
    ("c.jsonl", '{"text": "Hi\u2028"}\n', lambda path: read_documents([path]),
     [("c.jsonl", "Hi\u2028")]),
    ("config.json", json.dumps(GPT2), lambda path: read_config(path).vocab_size, 5),
    ("adapter_config.json", '{"peft_type": "LORA", "r": 4}',
     lambda path: read_adapter(path)["r"], 4),
])
def test_every_reader_of_peoples_files(tmp_path, encoding, name, content, read, right):
    (tmp_path / name).write_bytes(content.encode(encoding))
    assert read(tmp_path / name) == right


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\x0c", "\x0b"])
def test_json_lines_end_at_newlines_alone(tmp_path, separator):
    path = tmp_path / "r.jsonl"
    said = TASK | {"model_response": f"one{separator}two"}
    path.write_text(json.dumps(said, ensure_ascii=False) + "\n", encoding="utf-8")
    assert [answer.response for answer in read_responses(path)] == [f"one{separator}two"]
    assert json_list(path) == [said]
    path.write_text(json.dumps({"text": f"a{separator}b c"}, ensure_ascii=False) + "\n", "utf-8")
    assert len(read_last_words(path)) == 1


def test_null_is_as_if_left_out(tmp_path):
    path = tmp_path / "t.json"
    path.write_text(json.dumps([TASK | {"input": None}]))
    assert read_instructions(path) == [Instruction("a", "", "b")]
    assert read_responses(path) == [("a", "", "b", "c")]
