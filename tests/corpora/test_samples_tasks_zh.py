"""The Chinese tasks of instructions.json and preferences.json: enough of them, spread over the
file, in clean Chinese, all different, with sums that add up.

An entry counts as Chinese if most of the letters of its instruction are.
"""
import json
import re
from math import gcd
from pathlib import Path

import pytest

from tests.corpora.test_samples_zh import near_duplicates, similarity, trigrams
from twinformer.finetuning.examples import split_tasks

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "samples"
HAN = re.compile("[\u4e00-\u9fff]")
FILES = {"instructions.json": 130, "preferences.json": 90}


def entries(name):
    return json.loads((SAMPLES / name).read_bytes().decode("utf-8"))


def is_chinese(entry):
    letters = [c for c in entry["instruction"] if c.isalpha()]
    return 2 * sum(bool(HAN.match(c)) for c in letters) > len(letters)


def chinese(name):
    return [entry for entry in entries(name) if is_chinese(entry)]


def test_both_languages_by_count():
    """As many as the README of the samples says."""
    readme = (SAMPLES / "README.md").read_text("utf-8")
    for name, count in FILES.items():
        assert len(chinese(name)) == count
        row = next(row for row in readme.splitlines() if row.startswith(f"| `{name}`"))
        english = len(entries(name)) - count
        assert f"| English ({english}), Chinese ({count}) |" in row


def test_the_language_of_an_entry():
    assert is_chinese({"instruction": "What is 好 in pinyin?"}) is False
    assert is_chinese({"instruction": "把英文翻译成中文。"}) is True
    assert is_chinese({"instruction": "What does the Chinese word 朋友 mean?"}) is False


@pytest.mark.parametrize("name", FILES)
def test_every_part_of_the_usual_split_has_both(name):
    """The first 85 % are learned: Chinese at the end alone would never be."""
    share = FILES[name] / len(entries(name))
    for part in split_tasks(entries(name), 0.85, 0.1):
        assert abs(sum(map(is_chinese, part)) / len(part) - share) < 0.1
    run = max(len(run) for run in re.findall("1+", "".join(
        str(int(is_chinese(entry))) for entry in entries(name))))
    assert run <= 3, "the languages are not spread over the file"


@pytest.mark.parametrize("name", FILES)
def test_no_two_alike(name):
    texts = ["\n".join(entry.values()) for entry in chinese(name)]
    assert near_duplicates(texts) == []


def test_no_question_comes_twice():
    asked = [entry["instruction"] + entry["input"] for name in FILES for entry in chinese(name)]
    assert len(set(asked)) == len(asked) and near_duplicates(asked) == []
    assert similarity(trigrams(asked[0]), trigrams(asked[0])) == 1


@pytest.mark.parametrize("name", FILES)
def test_clean_chinese_marks(name):
    """Chinese marks beside Chinese characters, and those with a partner in pairs."""
    for entry in chinese(name):
        for text in entry.values():
            assert not re.search(r"[\u4e00-\u9fff][,;:?!]|[,;:?!][\u4e00-\u9fff]",
                                 text), text
            assert "\ufffd" not in text and "  " not in text
            for opening, closing in ("“”", "（）", "《》"):
                marks = "".join(c for c in text if c in opening + closing)
                assert marks == (opening + closing) * (len(marks) // 2), text


@pytest.mark.parametrize("name", FILES)
def test_short_enough_for_a_small_context(name):
    """A Chinese character is up to three tokens: no task may be longer than the English ones."""
    def size(entry):
        return sum(len(entry[part].encode()) for part in ("instruction", "input", "output"))
    sizes = {language: sorted(size(entry) for entry in entries(name)
                              if is_chinese(entry) is language) for language in (True, False)}
    assert sizes[True][-1] <= sizes[False][-1]
    assert sum(sizes[True]) / len(sizes[True]) <= sum(sizes[False]) / len(sizes[False])


def test_length_does_not_tell_chosen_from_rejected():
    pairs = chinese("preferences.json")
    longer = sum(len(pair["chosen"]) > len(pair["rejected"]) for pair in pairs)
    assert 0.4 <= longer / len(pairs) <= 0.6


SUMS = [  # the beginning of a question, and a number its answers must hold
    ("36 加 47", 36 + 47), ("一个西瓜 12 元", 50 - 3 * 12), ("小明比妹妹大", (20 - 4) // 2),
    ("计算长 9 米", 9 * 6), ("打八折后", 160 * 10 // 8), ("一列火车", 540 // 3),
    ("找规律", 25), ("一周有多少小时", 7 * 24), ("六个人围一张圆桌", 12),
    ("求 18 和 24", gcd(18, 24)), ("三角形的两个角", 180 - 50 - 60), ("围棋的棋盘", 19 * 19),
    ("把温度换算", 25 * 9 // 5 + 32), ("一根绳子", 2 * 2 * 2), ("算出平均分", (92 + 88 + 90) // 3),
    ("8 乘 7", 56), ("一公里", 1000), ("100 减 37", 100 - 37), ("一打鸡蛋", 12),
    ("半小时", 30), ("帮我检查：25 加 38", 25 + 38), ("七个苹果", 7 // 3),
    ("9 的平方", 81), ("一米七", 170)]


@pytest.mark.parametrize(("beginning", "expected"), SUMS)
def test_sums(beginning, expected):
    entry, = (entry for name in FILES for entry in chinese(name)
              if entry["instruction"].startswith(beginning))
    for answer in ("output", "chosen"):
        text = entry.get(answer, entry["output"]).replace("一千", "1000").replace("100 厘米", "")
        assert str(expected) in re.findall(r"\d+", text), text


def test_equations_hold():
    found = [match for name in FILES for entry in chinese(name) for text in (
        entry["output"], entry.get("chosen", ""))
        for match in re.findall(r"(\d+) (加|减|乘|除以) (\d+)(?: 等于| 正好是| 是) ?(\d+)", text)]
    assert len(found) >= 6
    for left, sign, right, result in found:
        a, b = int(left), int(right)
        assert {"加": a + b, "减": a - b, "乘": a * b, "除以": a / b}[sign] == int(result)


def test_programs_print_what_is_said(capsys):
    program, = (entry["input"] for entry in chinese("instructions.json")
                if entry["instruction"].startswith("这段 Python"))
    line, = (entry["output"] for entry in chinese("instructions.json")
             if entry["instruction"].startswith("用 Python 写"))
    exec(program + "\n" + line, {})
    assert capsys.readouterr().out == "4\n早上好\n"
