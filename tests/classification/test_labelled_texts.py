"""Tables of labelled texts as people keep them, and what is wrong with some; the split."""
from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinformer.classification.encoded import encoded, reading_of, texts_key
from twinformer.classification.labelled import (
    class_names, column_of_texts, read_labelled, without_empty,
)
from twinformer.classification.split import class_weights, split_messages
from twinformer.tokenizers.byte_tokenizer import ByteTokenizer
from twinformer.corpora.records import Message
from twinformer.tokenizers.vocabulary import TextMarks
from parity_tests.shared_data import shared_data

EXPECTED = [Message("ham", "See you at 8, ok?"), Message("spam", "Win NOW")]


@pytest.mark.parametrize("name, content", [
    ("a.csv", 'label,text\nham,"See you at 8, ok?"\nspam,Win NOW\n'),
    ("a.csv", 'Text;Label\n"See you at 8, ok?";ham\n\nWin NOW;spam\n'),
    ("a.csv", 'ham,"See you at 8, ok?"\r\nspam,Win NOW\r\n'),
    ("a.csv", 'id,category,extra,message\n1,ham,,"See you at 8, ok?"\n2,spam,,Win NOW\n'),
    ("a.tsv", "ham\tSee you at 8, ok?\nspam\tWin NOW\n"),
    ("a.txt", "See you at 8, ok?\tham\nWin NOW\tspam"),
    ("SMSSpamCollection", "ham\tSee you at 8, ok?\r\nspam\tWin NOW\r\n"),
    ("a.jsonl", '{"text": "See you at 8, ok?", "label": "ham"}\n\n'
                '{"label": "spam", "text": "Win NOW", "more": 1}\n'),
    ("a.json", '[{"sms": "See you at 8, ok?", "class": "ham"},'
               ' {"sms": "Win NOW", "class": "spam"}]'),
    ("bom.csv", '\ufefflabel,text\nham,"See you at 8, ok?"\nspam,Win NOW\n')])
def test_tables_as_people_keep_them(tmp_path, name, content):
    (tmp_path / name).write_text(content, encoding="utf-8", newline="")
    assert read_labelled(tmp_path / name) == EXPECTED
    if "text" in content.lower() or name.endswith("json"):
        assert column_of_texts(tmp_path / name) == [message.text for message in EXPECTED]


def test_a_folder_for_each_class(tmp_path):
    for message in EXPECTED:
        (tmp_path / message.label).mkdir()
        (tmp_path / message.label / "1.txt").write_text(message.text, encoding="utf-8")
    assert read_labelled(tmp_path) == EXPECTED
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="a folder for each class"):
        read_labelled(tmp_path / "empty")


def test_columns_can_be_named(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("x,when,verdict\nhello,now,1\nbye,later,0\n", encoding="utf-8")
    wanted = [Message("1", "hello"), Message("0", "bye")]
    assert read_labelled(file, "x", "verdict") == wanted
    assert read_labelled(file, "1", "3", header=True) == wanted
    with pytest.raises(ValueError, match="no column 'y' .*its columns are x, when, verdict"):
        read_labelled(file, "x", "y")


def test_quotation_marks_and_other_encodings(tmp_path):
    file = tmp_path / "a.tsv"
    file.write_text('ham\t"one\nspam\ttwo" three\n', encoding="utf-8")
    assert read_labelled(file) == [Message("ham", '"one'), Message("spam", 'two" three')]
    assert len(column_of_texts(file, "2", quoted=True)) == 1
    file.write_bytes("ham\tto the caf\u00e9\nspam\tx\n".encode("latin-1"))
    with pytest.raises(ValueError, match="not UTF-8 text: byte 0xe9 at offset 14; .* --encoding"):
        read_labelled(file, encoding="utf-8")
    assert read_labelled(file)[0].text == "to the caf\u00e9"
    assert read_labelled(file, encoding="latin-1")[0].text == "to the caf\u00e9"
    with pytest.raises(ValueError, match="no encoding 'klingon'"):
        read_labelled(file, encoding="klingon")


@pytest.mark.parametrize("name, content, message", [
    ("a.csv", "label,text\nham,hi\n,who?\n,what?\n", "line 3: there is no label .*2 rows have"),
    ("a.csv", "", "holds no rows"),
    ("a.csv", "label,text\n", "holds no rows"),
    ("a.txt", "one\ntwo\n", "has one column"),
    ("a.tsv", "ham\tone\tmore\n" "spam\ttwo\tmore\tand more\n", "line 2 has 4 columns"),
    ("a.jsonl", '{"label": 1}\n[1]\n', "entry 2: expected an object"),
    ("a.jsonl", '{"label": \n', "a.jsonl, line 1: not JSON"),
    ("a.tsv", "".join(f"{i}\ttext number {i}\n" for i in range(30)),
     "no column looks like labels .30 different values")])
def test_what_is_wrong_with_a_table(tmp_path, name, content, message):
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        read_labelled(tmp_path / name)


@pytest.mark.parametrize("text, labels", [
    ("".join(f"m {n}\t{['very good indeed', 'rather bad'][n % 2]}\n" for n in range(6)),
     {"very good indeed", "rather bad"}),           # longer than the texts
    ("".join(f"{n},{n % 2},text {n}\n" for n in range(8)), {"0", "1"}),         # not the number
    ("".join(f"ham {n % 2},{'ok' if n < 4 else n}\n" for n in range(8)), {"ham 0", "ham 1"}),
    ("text,label\na,1\nb,1.0\nc,0\n", {"0", "1"}),
    ("评论,类别\n很好,正面\n不好,负面\n", {"正面", "负面"})])
def test_labels_are_what_repeats(tmp_path, text, labels):
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    told = []
    found = read_labelled(tmp_path / "a.csv", note=told.append)
    assert {message.label for message in found} == labels
    assert told[-1].startswith(f"{tmp_path / 'a.csv'}: {len(found)} rows")


def test_columns_that_could_both_be_labels_are_asked_for(tmp_path):
    text = "what,when,verdict\n" + "".join(
        f"hello number {n},{['now', 'later'][n % 2]},{n % 3}\n" for n in range(12))
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="could be in column when or verdict; name it by "
                                         "--label_column, one of what, when, verdict"):
        read_labelled(tmp_path / "a.csv")
    found = read_labelled(tmp_path / "a.csv", label_column="verdict")
    assert found[4] == Message("1", "hello number 4")
    assert read_labelled(tmp_path / "a.csv", label_column="2")[4].label == "now"


def test_classes_in_folders_with_endings_in_capitals(tmp_path):
    for label, ending in (("ham", ".TXT"), ("spam", ".Txt")):
        (tmp_path / label).mkdir()
        (tmp_path / label / f"[1]{ending}").write_text(label)
    assert read_labelled(tmp_path) == [Message("ham", "ham"), Message("spam", "spam")]


@pytest.mark.parametrize("text", ["text\nHello, my friend\nWin\n",
                                  '"Text"\n"Hello, my friend"\nWin\n'])
def test_one_column_of_texts_with_commas(tmp_path, text):
    (tmp_path / "a.csv").write_text(text)
    assert column_of_texts(tmp_path / "a.csv") == ["Hello, my friend", "Win"]
    with pytest.raises(ValueError, match="a.csv has one column, '[tT]ext': expected a text and"):
        read_labelled(tmp_path / "a.csv")


def test_a_file_that_is_no_table_is_named(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04" + bytes(30))
    with pytest.raises(ValueError, match="a.xlsx is a spreadsheet, not text: save its sheet as "
                                         "CSV in UTF-8, and name the column$"):
        read_labelled(tmp_path / "a.xlsx")


def test_no_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="expected a table of texts"):
        read_labelled(tmp_path / "none.csv")


def test_classes():
    assert class_names(["spam", "ham", "spam"]) == ["ham", "spam"]
    assert class_names(["10", "9", "1"]) == ["1", "9", "10"]
    with pytest.raises(ValueError, match="all texts are 'ham'"):
        class_names(["ham"] * 5)
    assert without_empty([Message("a", " \n"), Message("b", "x")]) == [Message("b", "x")]


sizes = st.lists(st.integers(3, 40), min_size=2, max_size=5)


@given(sizes, st.sampled_from([0.0, 0.1, 0.3]), st.sampled_from([0.0, 0.2]), st.integers(0, 99))
def test_a_stratified_split_is_one(counts, validation, test, seed):
    """Nothing lost, nothing twice, every class in every part by its share."""
    messages = [Message(str(c), f"{c} {i}") for c, n in enumerate(counts) for i in range(n)]
    parts = split_messages(messages, validation, test, seed=seed)
    assert sorted(m for part in parts for m in part) == sorted(messages)
    assert parts == split_messages(messages, validation, test, seed=seed)
    for part, share in zip(parts, (1 - validation - test, validation, test), strict=True):
        found = Counter(message.label for message in part)
        for c, n in enumerate(counts):
            assert abs(found[str(c)] - share * n) <= (2 if part is parts.train else 1)
            assert (found[str(c)] > 0) == (share > 0)


def test_undersampling_and_weights():
    messages = [Message("a", str(i)) for i in range(10)] + [Message("b", str(i)) for i in range(5)]
    parts = split_messages(messages, 0.2, 0.2, balance="undersample")
    assert Counter(m.label for part in parts for m in part) == {"a": 5, "b": 5}
    assert class_weights([m.label for m in messages], ["a", "b"]) == (0.75, 1.5)


@pytest.mark.parametrize("arguments, message", [
    (dict(split="random"), "split must be one of stratified, shuffled, got 'random'"),
    (dict(balance="yes"), "balance must be one of"),
    (dict(validation=0.5, test=0.5), "something must be left"),
    (dict(), "class 'b' has 2 texts, and each of 3 parts needs one")])
def test_splits_that_cannot_be(arguments, message):
    messages = [Message("a", str(i)) for i in range(10)] + [Message("b", "1"), Message("b", "2")]
    with pytest.raises(ValueError, match=message):
        split_messages(messages, **(dict(validation=0.1, test=0.2) | arguments))


def test_the_books_split():
    messages = read_labelled(shared_data("sms-spam/SMSSpamCollection"), quoted=True)
    parts = split_messages(messages, 0.1, 0.2, "shuffled", "undersample", 123)
    assert [len(part) for part in parts] == [1045, 149, 300]
    assert Counter(m.label for part in parts for m in part) == {"ham": 747, "spam": 747}


def test_padding_policies():
    tokenizer = ByteTokenizer()
    ids = [np.arange(n) for n in (3, 9, 20)]
    pad = 0 if tokenizer.end_of_text is None else tokenizer.end_of_text
    for padding, width, fixed in (("batch", 12, False), ("longest", 12, True),
                                  ("context", 12, True), ("5", 5, True)):
        assert reading_of(padding, ids, 12, tokenizer) == (width, fixed, pad)
    assert reading_of("longest", ids, 100, tokenizer).width == 20
    reading = reading_of("batch", ids, 12, tokenizer)
    batch = reading.batch(ids[:2], [0, 1])
    assert batch.inputs.shape == (2, 9) and batch.last.tolist() == [2, 8]
    assert reading.batch(ids, [0, 1, 0]).inputs.shape == (3, 12)  # cut at the context
    with pytest.raises(ValueError, match="padding to 13 tokens is more than the 12"):
        reading_of("13", ids, 12, tokenizer)


def test_unknown_labels_and_keys():
    messages = [Message("ham", "a"), Message("phishing", "b")]
    with pytest.raises(ValueError, match="1 of the 2 test texts .* 'phishing'.* ham, spam"):
        encoded(messages, ["ham", "spam"], ByteTokenizer(), "test")
    assert texts_key(messages, []) != texts_key(messages[:1], messages[1:])
    assert texts_key(messages, []) == texts_key(list(messages), [])


def test_the_order_of_classes_is_always_the_same():
    """Numbers that are none, and numbers that are equal, in any order of a set."""
    for names in (["nan", "1", "2", "0"], ["1.0", "1", "10", "2"], ["inf", "-1"]):
        orders = {tuple(class_names(order)) for order in permutations(names)}
        assert len(orders) == 1
    assert class_names(["10", "9", "-1"]) == ["-1", "9", "10"]


def test_lines_and_tabs_of_other_systems(tmp_path):
    lines = tmp_path / "lines.txt"
    lines.write_bytes(b"one\r\n\r\ntwo\r\n")
    assert column_of_texts(lines) == ["one", "", "two"]
    tabs = tmp_path / "tabs.csv"
    tabs.write_text("text\tlabel\nhello\ta\nbye\tb\n", encoding="utf-8")
    assert [tuple(message) for message in read_labelled(tabs)] == [("a", "hello"), ("b", "bye")]


def test_a_beginning_stands_in_front_of_every_text():
    tokenizer = ByteTokenizer(["<s>"]).with_marks(TextMarks(beginning=256))
    found = encoded([Message("ham", "a"), Message("spam", "bc")], ["ham", "spam"], tokenizer, "x")
    assert [ids.tolist() for ids in found.ids] == [[256, 97], [256, 98, 99]]
    assert found.ids[0].dtype == np.uint32
