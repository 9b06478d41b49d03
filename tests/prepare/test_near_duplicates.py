"""What two documents are compared by; whole preparations: test_prepare.py."""
from twinformer.prepare.near_duplicates import shingles


def test_short_clauses_are_no_words():
    """Commas are as near in a Chinese dialogue as spaces elsewhere; one clause that differs must
    not change every shingle."""
    text = "你好，在吗？我到了，门关着。等你，快点来，外面冷。"
    other = text.replace("快点来", "快来")
    a, b = shingles(text), shingles(other)
    assert all(len(shingle) == 8 for shingle in a)
    assert len(a & b) / len(a | b) > 0.2
    assert shingles("one two three four five six") == {
        "one two three four five", "two three four five six"}
