"""twinformer evaluate choices and accuracy: formats, wordings, what is counted."""
import json
import math

import numpy as np
import pytest

from numpy_impl.evaluation.likelihood import choice_log_likelihoods
from twinformer.evaluation.multiple_choice import judge_choices, judge_words
from twinformer.evaluation.questions import (
    Question, encode_question, read_hellaswag, read_last_words,
)
from twinformer.tokenizers.byte_tokenizer import ByteTokenizer
from twinformer.runs.opened_run import open_run
from twinformer.commands.generate import build_model
from twinformer.commands.main import main
from twinformer.tokenizers.vocabulary import TextMarks

from ..tiny_run import tiny_run

# Written for these tests, in the format of hellaswag_val.jsonl
SWAG = [
    {"ind": 1, "activity_label": "Feeding a fox", "ctx_a": "A fox sits.", "ctx_b": "the dog",
     "ctx": "A fox sits. the dog", "endings": ["sleeps.", "jumps over it.", "sings.", "is blue."],
     "label": 1, "split": "val"},
    {"ind": 2, "activity_label": "Sleeping", "ctx_a": "[header] How to sleep [title] Lie down.",
     "ctx_b": "", "ctx": "[header] How to sleep [title] Lie down.",
     "endings": ["[step] Rest.", "Run."], "label": "0"},
]
WORDS = ["The quick brown fox jumps over the lazy dog", "À demain, 你好"]


def lines(path, entries):
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries) + "\n", "utf-8")
    return path


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return tiny_run(tmp_path_factory.mktemp("runs"))


def evaluate(capsys, *words):
    code = main(["evaluate", *map(str, words)])
    return code, *capsys.readouterr()


def test_questions_as_they_are(tmp_path):
    first, second = read_hellaswag(lines(tmp_path / "swag.jsonl", SWAG))
    assert first == Question("A fox sits. the dog", (
        " sleeps.", " jumps over it.", " sings.", " is blue."), 1)
    assert second.context == "[header] How to sleep [title] Lie down." and second.label == 0


def test_chinese_endings_follow_without_a_space(tmp_path):
    question, = read_hellaswag(lines(tmp_path / "zh.jsonl", [
        {"ctx": "他推开门，", "label": 1, "endings": ["走了进去。", "left."]}]))
    assert question.choices == ("走了进去。", " left.")


def test_questions_as_the_harness_words_them(tmp_path):
    first, second = read_hellaswag(lines(tmp_path / "swag.jsonl", SWAG), "harness")
    assert first.context == "Feeding a fox: A fox sits. The dog"
    # two spaces in front of an ending whose mark is gone, as there
    assert second == Question("Sleeping: How to sleep. Lie down.", ("  Rest.", " Run."), 0)


def test_last_words(tmp_path):
    found = read_last_words(lines(tmp_path / "l.jsonl", [{"text": text} for text in WORDS]))
    assert found == [Question("The quick brown fox jumps over the lazy", (" dog",), 0),
                     Question("À demain,", (" 你好",), 0)]


def test_ids_are_those_of_the_whole_text():
    question = Question("ab", (" c", " d"), 0)
    assert list(encode_question(ByteTokenizer(), question)) == [
        ([97, 98], [32, 99]), ([97, 98], [32, 100])]
    end = ByteTokenizer().end_of_text
    assert next(encode_question(ByteTokenizer(), Question("", (" c",), 0))) == ([end], [32, 99])


def test_a_beginning_stands_in_front_of_a_context():
    tokenizer = ByteTokenizer(["<s>", "</s>"]).with_marks(TextMarks(beginning=256))
    for context, ids in (("ab", [256, 97, 98]), ("", [256])):
        assert next(encode_question(tokenizer, Question(context, (" c",), 0))) == (ids, [32, 99])


class Joined(ByteTokenizer):
    """Knows " c" as a token of its own only in the middle of a text, as SentencePiece may."""

    def encode_ordinary(self, text):
        return super().encode_ordinary(text if text.startswith("a") else f"_{text}")


def test_a_tokenizer_that_sees_a_beginning():
    assert list(encode_question(Joined(), Question("a", (" c",), 0))) == [([97], [32, 99])]


def test_three_ways_to_count_length():
    """-6 nats for 4 tokens of 8 bytes, -4 for 3 of 4, -5 for 2 of 20"""
    questions = [Question("x", (" " + "a" * 8, " " + "é" * 2, " " + "b" * 20), label)
                 for label in (1, 0, 2)]
    scores = np.array([-6.0, -4.0, -5.0] * 3)
    result = judge_choices(questions, scores, np.array([4, 3, 2] * 3))
    # the sum takes choice 1, per token 1 (-1.33) over 0 (-1.5), per byte 2 (-0.25)
    assert (result.accuracy, result.per_token, result.per_byte) == (1 / 3, 1 / 3, 1 / 3)
    assert result.chance == pytest.approx(1 / 3)
    by_byte = judge_choices(questions[2:], scores[:3], np.array([4, 3, 2]))
    assert (by_byte.accuracy, by_byte.per_token, by_byte.per_byte) == (0, 0, 1)
    by_token = judge_choices(questions[1:2], scores[:3], np.array([40, 3, 2]))
    assert (by_token.accuracy, by_token.per_token, by_token.per_byte) == (0, 1, 0)
    assert by_token.standard_error(0.5) == 0.5


def test_bytes_are_counted_not_characters():
    """-4 nats for 2 letters of 4 bytes, -3.5 for 3 letters of 3 bytes"""
    result = judge_choices([Question("x", (" éé", " abc"), 0)], np.array([-4.0, -3.5]),
                           np.array([4, 3]))
    assert (result.accuracy, result.per_byte) == (0, 1)


def test_equal_choices_are_the_first():
    result = judge_choices([Question("x", (" a", " a"), 1)], np.array([-1.0, -1.0]), np.ones(2))
    assert result.accuracy == 0


def test_words_all_of_whose_tokens_are_likeliest():
    result = judge_words(np.log([0.5, 0.125]), np.array([True, False]))
    assert (result.questions, result.accuracy) == (2, 0.5)
    assert result.perplexity == pytest.approx(4)


@pytest.mark.parametrize("wording", ["llm.c", "harness"])
def test_hellaswag_by_both_backends(run, capsys, tmp_path, wording):
    path = lines(tmp_path / "swag.jsonl", SWAG * 3)
    found = []
    for backend in ("numpy", "torch"):
        code, out, err = evaluate(capsys, "choices", run, path, "--backend", backend, "--wording",
                                  wording, "--batch-size", 5, "--json")
        assert code == 0
        found.append(json.loads(out))
    assert found[0] | {"backend": "torch"} == found[1]
    questions = read_hellaswag(path, wording)
    opened = open_run(run)
    model, _ = build_model(opened, "numpy", "auto")
    right = 0
    for question in questions:
        contexts, choices = zip(*encode_question(opened.tokenizer, question))
        scores = choice_log_likelihoods(model, contexts, choices).log_likelihood
        right += int(np.argmax(scores)) == question.label
    assert found[0]["questions"] == 6 and found[0]["accuracy"] == right / 6
    assert found[0]["chance"] == pytest.approx((1 / 4 + 1 / 2) / 2)


def test_lambada_by_both_backends(run, capsys, tmp_path):
    path = lines(tmp_path / "lambada.jsonl", [{"text": text} for text in WORDS])
    found = []
    for backend in ("numpy", "torch"):
        code, out, _ = evaluate(capsys, "choices", run, path, "--backend", backend, "--json")
        assert code == 0
        found.append(json.loads(out))
    assert found[0]["format"] == "lambada" and found[0]["questions"] == 2
    assert found[0]["perplexity"] == pytest.approx(found[1]["perplexity"], rel=1e-4)
    assert found[0]["perplexity"] > 1 and math.isfinite(found[0]["perplexity"])


def test_the_reports_can_be_read(run, capsys, tmp_path):
    code, out, _ = evaluate(capsys, "choices", run, lines(tmp_path / "s.jsonl", SWAG))
    assert code == 0
    for words in ("acc_norm of llm.c", "acc_norm of lm-evaluation-harness", "guessing  "):
        assert words in out
    path = lines(tmp_path / "l.jsonl", [{"text": text} for text in WORDS * 2])
    code, out, _ = evaluate(capsys, "choices", run, path, "--limit", 3)
    assert code == 0 and "all tokens likeliest" in out and "texts                    3" in out


@pytest.mark.parametrize(("content", "words", "message"), [
    ("", [], "has no line in it"),
    ('{"text": "word"}', [], "expected a text that ends in a word after a space, got 'word'"),
    ('{"text": "a word "}', [], "ends in a word"),
    ("[1]", [], "line 1: expected an object, got list"), ("nonsense", [], "line 1: not JSON"),
    ('{"ctx": "a"}', ["--format", "hellaswag"], "at least two endings, got None"),
    ('{"ctx": "a", "endings": ["b"]}', [], "at least two endings"),
    ('{"ctx": "a", "endings": ["b", "c"], "label": ""}', [], "use the validation part"),
    ('{"ctx": "a", "endings": ["b", "c"], "label": 2}', [], "expected a label in 0..1, got '2'"),
    ('{"ctx": "a", "endings": ["b", "c"], "label": 0}', ["--wording", "harness"],
     "expected a text 'ctx_a', got the fields ctx, endings, label"),
    ('{"text": "a b"}', ["--limit", "0"], "limit must be at least 1"),
    ('{"text": "a ' + "b" * 40 + '"}', [], "a choice must have 1 to 16 tokens"),
])
def test_files_that_are_no_questions(run, capsys, tmp_path, content, words, message):
    path = tmp_path / "file.jsonl"
    path.write_text(content, encoding="utf-8")
    code, out, err = evaluate(capsys, "choices", run, path, *words)
    assert code == 2 and out == "" and message in err and err.count("\n") == 1


def test_no_file(run, capsys):
    code, _, err = evaluate(capsys, "choices", run, "nowhere.jsonl")
    assert code == 2 and "there is no file nowhere.jsonl" in err


# accuracy

TABLE = "text,label,prediction\na,ham,ham\nb,ham,spam\nc,spam,spam\nd,ham,ham\n"


def test_accuracy_of_a_table(capsys, tmp_path):
    path = tmp_path / "predictions.csv"
    path.write_text(TABLE, encoding="utf-8")
    code, out, _ = evaluate(capsys, "accuracy", path)
    assert code == 0 and "3 of 4 right" in out and "75.00%" in out
    assert "always 'ham' would be right for 75.00%" in out
    assert "1 times 'ham' was taken for 'spam'" in out
    code, out, _ = evaluate(capsys, "accuracy", path, "--json")
    found = json.loads(out)
    assert found["classes"]["ham"] == {"precision": 1, "recall": 2 / 3, "f1": 0.8, "texts": 3}
    assert found["classes"]["spam"]["f1"] == pytest.approx(2 / 3)
    assert found["confusion"] == [[2, 1], [0, 1]]
    # Wilson's interval, by its formula
    z, n, p = 1.959963984540054, 4, 0.75
    middle, half = (p + z * z / 2 / n, z * math.sqrt(p * (1 - p) / n + z * z / 4 / n / n))
    assert found["low"] == pytest.approx((middle - half) / (1 + z * z / n))
    assert found["high"] == pytest.approx((middle + half) / (1 + z * z / n))


def test_labels_in_another_table(capsys, tmp_path):
    (tmp_path / "test.tsv").write_text("label\ttext\nham\ta\nspam\tb\n", encoding="utf-8")
    lines(tmp_path / "p.jsonl", [{"text": "a", "label": "spam"}, {"text": "b", "label": "spam"}])
    code, out, _ = evaluate(capsys, "accuracy", tmp_path / "p.jsonl", "--labels",
                            tmp_path / "test.tsv")
    assert code == 0 and "1 of 2 right" in out


def test_what_classify_writes_against_a_table_without_a_header(capsys, tmp_path):
    (tmp_path / "sms.tsv").write_text("ham\tWill come.\nspam\tWin, win!\n", encoding="utf-8")
    (tmp_path / "p.csv").write_text("text,predicted,probability_ham,probability_spam\n"
                                    "Will come.,ham,0.9,0.1\n\"Win, win!\",spam,0.2,0.8\n",
                                    encoding="utf-8")
    code, out, _ = evaluate(capsys, "accuracy", tmp_path / "p.csv", "--labels",
                            tmp_path / "sms.tsv", "--label", 1)
    assert code == 0 and "2 of 2 right" in out


@pytest.mark.parametrize(("content", "words", "message"), [
    ("text,label\na,b\n", [], "has the columns text, label; which holds the predictions?"),
    (TABLE, ["--label", "truth"], "which holds the labels? --label NAME"),
    ("label,prediction\na,b\nc,\n", [], "row 2 of 2 is empty"),
])
def test_tables_without_an_answer(capsys, tmp_path, content, words, message):
    path = tmp_path / "p.csv"
    path.write_text(content, encoding="utf-8")
    code, _, err = evaluate(capsys, "accuracy", path, *words)
    assert code == 2 and message in err
