"""twinformer evaluate correlate, compare, responses: figures checked by hand, by the book,
and against definitions."""
import json
import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinformer.evaluation.correlation import correlations
from twinformer.evaluation.responses import Response, read_responses
from twinformer.evaluation.scores import read_scores
from twinformer.evaluation.text_overlap import score_responses
from twinformer.evaluation.words import Words
from twinformer.io.extras import library
from twinformer.evaluation.win_rate import outcomes_of_scores, win_rate
from parity_tests.shared_data import shared_data
from twinformer.commands.main import main

scipy_stats = pytest.importorskip("scipy.stats")
pytest.importorskip("sacrebleu")
pytest.importorskip("rouge_score")


def said(capsys, *words):
    code = main(["evaluate", *map(str, words)])
    return code, *capsys.readouterr()


@pytest.fixture
def file(tmp_path):
    def write(content, name="file.json"):
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content),
                        encoding="utf-8")
        return path
    return write


# correlate


def test_the_books_judges(capsys):
    """GPT-4 and Llama 3 8B on model 1: as printed in the book's correlation-analysis
    notebook (chapter 7, bonus 3)."""
    paths = [shared_data(f"rasbt/score-{judge}-model-1-response.json")
             for judge in ("gpt4", "llama3-8b")]
    code, out, _ = said(capsys, "correlate", *paths)
    assert code == 0 and "100 answers that both scored" in out
    assert re.search(r"Pearson +0\.80489", out)
    assert re.search(r"Spearman +0\.69841", out)
    assert re.search(r"Kendall +0\.57292", out)
    assert "mean 74.09" in out and "mean 77.05" in out


def test_the_books_lost_score(capsys):
    """Of model 2 one of 100 answers got no score, and the file does not say which."""
    paths = [shared_data(f"rasbt/score-{judge}-model-2-response.json")
             for judge in ("gpt4", "llama3-8b")]
    for mode in ("correlate", "compare"):
        code, _, err = said(capsys, mode, *paths)
        assert code == 2 and "100 scores and 99 scores are not of the same answers" in err


scores = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3, max_size=12)


@given(scores)
def test_correlations_are_their_definitions(pairs):
    found = correlations(*zip(*pairs))
    a, b = np.array(pairs, float).T
    if len(set(a)) == 1 or len(set(b)) == 1:
        assert math.isnan(found.pearson) and math.isnan(found.kendall)
        return
    rank = [np.array([(x < y).sum() + ((x == y).sum() + 1) / 2 for y in x]) for x in (a, b)]
    signs = [np.sign(np.subtract.outer(x, x))[np.triu_indices(len(x), 1)] for x in (a, b)]
    tau = (signs[0] * signs[1]).sum() / math.sqrt(
        abs(signs[0]).sum() * abs(signs[1]).sum())
    assert found.pearson == pytest.approx(np.corrcoef(a, b)[0, 1], abs=1e-12)
    assert found.spearman == pytest.approx(np.corrcoef(*rank)[0, 1], abs=1e-12)
    assert found.kendall == pytest.approx(tau, abs=1e-12)


def test_what_is_missing_is_left_out_in_pairs(capsys, file):
    a = file([1, None, 3, 4, 5, 0], "a.json")
    b = file([2, 9, 4, None, 10, 0], "b.json")
    code, out, _ = said(capsys, "correlate", a, b, "--json")
    found = json.loads(out)
    assert code == 0 and (found["pairs"], found["left_out"]) == (4, 2)
    assert found["spearman"] == 1
    whole = correlations([1, 3, 5, 0], [2, 4, 10, 0])
    assert whole.pearson == found["pearson"]


@pytest.mark.parametrize(("content", "message"), [
    ("{}", "expected a list of scores, got dict"), ("[1,", "Expecting value"),
    ("[1, true, 3]", "entry 1: expected a number or null, got True"),
    ("[NaN, 1, 2]", "entry 0"), ("[1, 2]", "at least 3 answers with both scores, got 2"),
    ('["85", 1, 2]', "entry 0: expected a number or null, got '85'")])
def test_files_that_are_no_scores(capsys, file, content, message):
    path = file(content)
    code, _, err = said(capsys, "correlate", path, path)
    assert code == 2 and message in err


# compare


def test_wins_ties_and_losses(capsys, file):
    a, b = file([90, 50, 50, None, 10, 70], "a.json"), file([10, 50, 60, 5, 0, 1], "b.json")
    code, out, _ = said(capsys, "compare", a, b)
    assert code == 0
    assert "wins, ties, losses  3, 1, 1" in out and "1 without a verdict left out" in out
    assert "win rate            70.0%" in out
    code, out, _ = said(capsys, "compare", a, b, "--margin", "10", "--json")
    found = json.loads(out)
    assert (found["wins"], found["ties"], found["losses"]) == (2, 3, 0)
    assert found["p_value"] == 0.5 and found["rate"] == 0.7


def test_model_1_of_the_book_is_better(capsys):
    """By GPT-4's scores, means 74.09 and 56.57."""
    paths = [shared_data(f"rasbt/score-gpt4-model-{i}-response.json") for i in (1, 2)]
    code, out, _ = said(capsys, "compare", *paths, "--json")
    found = json.loads(out)
    assert code == 0 and found["low"] > 0.5 and found["p_value"] < 0.05
    a, b = map(read_scores, paths)
    assert found["wins"] == sum(x > y for x, y in zip(a, b))
    assert found["wins"] + found["ties"] + found["losses"] == 100
    reverse = json.loads(said(capsys, "compare", *paths[::-1], "--json")[1])
    assert reverse["rate"] == pytest.approx(1 - found["rate"])
    assert reverse["p_value"] == found["p_value"]


@given(st.lists(st.sampled_from([1, 0, -1, None]), min_size=1, max_size=40).filter(
    lambda outcomes: any(each is not None for each in outcomes)))
def test_the_interval_is_that_of_drawing_pairs(outcomes):
    found = win_rate(outcomes, samples=2000)
    kept = np.array([each for each in outcomes if each is not None])
    values = (kept + 1) / 2
    assert found.rate == pytest.approx(values.mean())
    assert found.low <= found.rate + 1e-12 and found.rate - 1e-12 <= found.high
    drawn = np.random.default_rng(0).choice(values, (2000, len(values))).mean(1)
    # quantiles of 2,000 draws: they move by the share of a pair or two
    slack = 0.03 + 1.5 / len(values)
    assert abs(np.quantile(drawn, 0.025) - found.low) <= slack
    assert abs(np.quantile(drawn, 0.975) - found.high) <= slack


def test_intervals_cover_what_they_say():
    """Of 400 contests between equal models, about 95 % of intervals hold 1/2."""
    generator = np.random.default_rng(1)
    held = [found.low <= 0.5 <= found.high for found in (
        win_rate(generator.integers(-1, 2, 100).tolist(), samples=1000)
        for _ in range(400))]
    assert 0.91 < np.mean(held) < 0.98


@pytest.mark.parametrize(("outcomes", "p"), [
    ([1] * 5, 2 / 32), ([1] * 4 + [-1], 12 / 32), ([0, 0, 0], 1), ([1, -1], 1)])
def test_the_sign_test(outcomes, p):
    assert win_rate(outcomes).p_value == pytest.approx(p)


def test_a_margin_is_a_tie():
    assert outcomes_of_scores([1, 5, 3, None], [3, 3, 3, 3], 2) == [0, 0, 0, None]
    assert outcomes_of_scores([1, 5.5], [3.5, 3], 2) == [-1, 1]


@pytest.mark.parametrize(("words", "message"), [
    (["--margin", "-1"], "margin must be 0 or more"),
    (["--confidence", "1"], "confidence must lie between 0 and 1")])
def test_options_without_sense(capsys, file, words, message):
    path = file([1, 2, 3])
    code, _, err = said(capsys, "compare", path, path, *words)
    assert code == 2 and message in err


def test_answers_are_no_scores(capsys, file):
    path = file([{"output": "a", "model_response": "b"}])
    code, _, err = said(capsys, "compare", path, path)
    assert code == 2 and "to let a judge compare answers, name it: --judge NAME" in err


# responses


def response(output, answer):
    return Response("", "", output, answer)


def test_the_books_responses(capsys):
    """Its 110 answers of the 355M model: sacrebleu and rouge-score called directly."""
    import sacrebleu
    from rouge_score.rouge_scorer import RougeScorer

    path = shared_data("rasbt/instruction-data-with-response.json")
    code, out, _ = said(capsys, "responses", path, "--json")
    found = json.loads(out)
    entries = json.loads(path.read_text("utf-8"))
    answers = [each["model_response"] for each in entries]
    targets = [each["output"] for each in entries]
    assert code == 0 and found["responses"] == 110
    assert found["exact_match"] == sum(a == b for a, b in zip(answers, targets)) / 110
    assert found["bleu"] == pytest.approx(sacrebleu.corpus_bleu(answers, [targets]).score)
    assert found["chrf"] == pytest.approx(sacrebleu.corpus_chrf(answers, [targets]).score)
    scorer = RougeScorer(["rougeL"])
    assert found["rougeL"] == pytest.approx(np.mean([
        scorer.score(b, a)["rougeL"].fmeasure for a, b in zip(answers, targets)]))
    assert "tok:13a" in found["signatures"]["bleu"]
    code, out, _ = said(capsys, "responses", path)
    assert code == 0 and "110 answers in" in out and "exact match" in out


def test_the_same_is_perfect_and_nothing_is_nothing():
    same = score_responses([response("The cat sat on the mat.", " The cat sat on the mat.\n")])
    assert (same.exact_match, same.rouge1, same.rouge2, same.rougeL) == (1, 1, 1, 1)
    assert same.bleu == pytest.approx(100) and same.chrf == pytest.approx(100)
    none = score_responses([response("The cat sat on the mat.", "")])
    assert none.empty == 1
    assert (none.exact_match, none.rouge1, none.bleu, none.chrf) == (0, 0, 0, 0)


def test_rouge_by_hand():
    """3 of 4 words of the answer among 6: P = 3/4, R = 3/6; one pair of words of 3 among 5."""
    found = score_responses([response("the cat sat on the mat", "the dog sat on")])
    assert found.rouge1 == pytest.approx(2 * (3 / 4) * (3 / 6) / (3 / 4 + 3 / 6))
    assert found.rouge2 == pytest.approx(2 * (1 / 3) * (1 / 5) / (1 / 3 + 1 / 5))
    assert found.rougeL == pytest.approx(0.6)


def test_chinese_has_no_spaces():
    row = [response("今天天气很好。", "今天天气不好。")]
    assert score_responses(row, "en").rouge1 == 0   # no word that rouge-score knows
    found = score_responses(row)
    assert found == score_responses(row, "zh") and found.language == "zh"
    assert found.rouge1 == pytest.approx(5 / 6) and found.rougeL == pytest.approx(5 / 6)
    assert found.bleu > score_responses(row, "en").bleu and "tok:zh" in found.signatures["bleu"]


def test_chinese_by_hand():
    """3 of 5 characters, 2 of 4 pairs, 1 of 3 triples are common; none of 2 fours counts as 1/2
    of one (sacrebleu's smoothing), the lengths are equal."""
    found = score_responses([response("我喜欢喝茶", "我喜欢咖啡")])
    assert [round(each, 12) for each in (found.rouge1, found.rouge2, found.rougeL)] == [
        0.6, 0.5, 0.6]
    assert f"{found.bleu:.9f}" == f"{100 * (3 / 5 * 2 / 4 * 1 / 3 * (1 / 2) / 2) ** 0.25:.9f}"


def test_chinese_words_among_english_ones(capsys, file):
    """One Chinese answer in a file of English ones: it scores, they score as before."""
    english = response("the cat sat on the mat", "the dog sat on")
    alone = score_responses([english])
    both = score_responses([english, response("谢谢", "谢谢")])
    assert score_responses([response("café", "cafe")]).rouge1 == 0    # as rouge-score has it
    assert score_responses([response("да", "да")]).rouge1 == 1
    assert alone.language == "en" and both.rouge1 == (alone.rouge1 + 1) / 2
    path = file([{"output": "“Tea” 是茶", "model_response": "tea 是茶"}])
    code, out, _ = said(capsys, "responses", path, "--json")
    assert code == 0 and json.loads(out)["rougeL"] == 1 and json.loads(out)["language"] == "zh"


def test_words_of_other_scripts():
    assert Words().tokenize("Привет, café_2 １２ｋｍ お茶を日本") == [
        "привет", "café", "2", "12km", "お", "茶", "を", "日", "本"]
    assert Words().tokenize("𠮷 한국 사람") == ["𠮷", "한국", "사람"]


@given(st.text(st.characters(max_codepoint=127)))
def test_words_in_ascii_are_rouge_scores(text):
    from rouge_score.tokenizers import DefaultTokenizer

    assert Words().tokenize(text) == DefaultTokenizer(use_stemmer=False).tokenize(text)


@pytest.mark.parametrize(("content", "message"), [
    ("[]", "expected a list of answers, got none"),
    ('{"output": "a"}', "expected a list of answers, got dict"),
    ('[{"output": "a"}]', "entry 0: expected a text 'model_response', found instruction, input, "
     "output; choose one with --response"),
    ('[{"output": "a", "model_response": "b"}, {"model_response": "b"}]', "entry 1: expected a "
     "text 'output'"),
    ('[{"output": "a", "model_response": null}]', "expected a text 'model_response'"),
    ("[1]", "entry 0: expected an object, got 1"), ("nothing", "Expecting value")])
def test_files_that_are_no_answers(capsys, file, content, message):
    code, _, err = said(capsys, "responses", file(content))
    assert code == 2 and message in err and err.count("\n") == 1


def test_one_answer_a_line(file):
    path = file('{"output": "a", "answer": "b"}\n\n{"output": "c", "answer": "d"}\n', "x.jsonl")
    assert read_responses(path, "answer") == [response("a", "b"), response("c", "d")]


def test_a_missing_library_says_how_to_get_it():
    with pytest.raises(ValueError, match=r"no_such is needed to compare: "
                       r"pip install 'twinformer\[evaluate\]'"):
        library("no_such.part", "evaluate", "to compare")
    with pytest.raises(ValueError, match="language must be one of auto, en, zh"):
        score_responses([response("a", "b")], "fr")
