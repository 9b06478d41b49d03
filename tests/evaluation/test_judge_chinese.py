"""A judge that answers in Chinese."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinformer.evaluation.judge_chinese import in_english
from twinformer.evaluation.judge_words import parse_choice, parse_score


@pytest.mark.parametrize(("said", "score"), [
    ("85分", 85), ("85 分。", 85), ("评分：85", 85), ("**得分**：92/100", 92), ("我给85分", 85),
    ("我给这个回答打 72 分。", 72), ("８５", 85), ("80分（满分100分）", 80),
    ("满分100分，得80分。", 80), ("三个例子里有两个对，所以分数是 66.5。", 66.5),
    ("<think>给60分？</think>\n评分：70", 70),
    # not clear
    ("很好", None), ("8分（满分10分）", None), ("0到100之间", None), ("250分", None)])
def test_scores(said, score):
    assert parse_score(said) == score


@pytest.mark.parametrize(("said", "choice"), [
    ("A", "A"), ("回答B", "B"), ("答案是 A。", "A"), ("A更好", "A"), ("回答 B 更好。", "B"),
    ("我选择B", "B"), ("选 A", "A"), ("A比B更好", "A"), ("回答B比回答A好", "B"), ("平局", "tie"),
    ("两个回答不相上下。", "tie"),
    # not clear
    ("A并不比B更好", None), ("不是平局", None), ("都可以", None), ("回答A提到了B", None)])
def test_choices(said, choice):
    assert parse_choice(said) == choice


@given(st.text(st.characters(max_codepoint=0x2e7f)))
def test_english_stays_as_it_is(text):
    assert in_english(text) == text
