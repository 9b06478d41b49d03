"""ROUGE-L by bits is that of the table, and the pool forgets no pair by its short cuts."""
from hypothesis import example, given
from hypothesis import strategies as st

from twinformer.evaluation.words import Words
from twinformer.synthetic.rouge_l import Pool, longest_common_subsequence, rouge_l

FEW = st.lists(st.sampled_from(["a", "b", "c", "dd"]), max_size=12)


def textbook(a, b):
    """The F-measure from the table of m x n cells."""
    row = [0] * (len(b) + 1)
    for word in a:
        above, row = row, [0]
        for j, other in enumerate(b):
            row.append(above[j] + 1 if word == other else max(above[j + 1], row[j]))
    return 2 * row[-1] / (len(a) + len(b)) if a and b else 0.0


@given(FEW, FEW)
@example(["a"], ["a"])
@example(["a", "b"] * 40, ["b", "a"] * 40)      # wider than a machine's word
def test_the_number_is_that_of_the_table(a, b):
    assert rouge_l(a, b) == textbook(a, b)


@given(st.text("的是天 ab", max_size=12), st.text("的是天 ab", max_size=12))
def test_chinese_by_the_character(a, b):
    a, b = Words().tokenize(a), Words().tokenize(b)
    assert rouge_l(a, b) == textbook(a, b)


def test_by_hand():
    assert longest_common_subsequence("ABCBDAB", "BDCABA") == 4
    assert rouge_l(["the", "cat", "sat"], ["the", "cat", "ran"]) == 2 / 3
    assert rouge_l([], ["a"]) == rouge_l(["a"], []) == rouge_l([], []) == 0.0


@given(st.lists(FEW, max_size=6), FEW, st.sampled_from([0.3, 0.5, 0.7, 1.0]))
def test_the_pool_finds_what_comparing_all_finds(known, new, limit):
    pool = Pool(limit)
    for words in known:
        pool.add(" ".join(words))
    assert pool.alike(" ".join(new)) == any(rouge_l(words, new) > limit for words in known)


def test_the_limit_itself_is_not_too_much():
    """7 of 10 words in common, in both: 0.7"""
    pool = Pool(0.7)
    pool.add("a b c d e f g h i j")
    assert not pool.alike("a b c d e f g x y z")
    assert pool.alike("a b c d e f g h y z")
    assert not pool.alike("g f e d c b a h y z")        # the same words in another order
    chinese = Pool(0.7)
    chinese.add("一二三四五六七八九十")
    assert not chinese.alike("一二三四五六七甲乙丙")
    assert chinese.alike("一二三四五六七八乙丙")
