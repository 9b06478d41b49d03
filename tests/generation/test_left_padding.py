"""Prompts of different lengths: where each token stands."""
import numpy as np
import pytest

from twinformer.generation.left_padding import check_prompts, left_padded, places


def test_prompts_end_in_the_same_column():
    ids, padding = left_padded([[1], [2, 3, 4], np.array([5, 6])], 9, 8)
    assert ids.tolist() == [[0, 0, 1], [2, 3, 4], [0, 5, 6]] and padding.tolist() == [2, 0, 1]
    ids, padding = left_padded([[1], [2, 3, 4]], 9, 2)    # of each, what the model sees
    assert ids.tolist() == [[0, 1], [3, 4]] and padding.tolist() == [1, 0]


def test_positions_begin_with_the_text():
    padding = np.array([2, 0])
    placed = places(padding, 1, 4)
    assert placed["positions"].tolist() == [[0, 0, 1], [1, 2, 3]]
    assert placed["documents"].tolist() == [[-1, 0, 0], [0, 0, 0]]
    placed = places(padding, 1, 4, afresh=True)    # column 0 is forgotten
    assert placed["positions"].tolist() == [[0, 0, 1], [0, 1, 2]]
    placed = places(padding, 3, 5, afresh=True)
    assert placed["positions"].tolist() == [[0, 1], [0, 1]]
    assert placed["documents"].tolist() == [[0, 0], [0, 0]]
    assert places(None, 1, 4) == {}


@pytest.mark.parametrize(("ids", "rows", "single"), [
    ([1, 2, 3], [[2, 3]], True), ([[1, 2, 3]], [[2, 3]], False),
    ([[1], [2]], [[1], [2]], False), ([[1], [1, 2, 3]], [[0, 1], [2, 3]], False),
    (((1,), (2, 3)), [[0, 1], [2, 3]], False)])
def test_one_prompt_or_several(ids, rows, single):
    found, padding, alone = check_prompts(ids, 9, 2)
    assert found.tolist() == rows and alone is single
    assert len(padding) == len(rows) and padding.max() == (len(rows) == 2 and rows[0][0] == 0)


@pytest.mark.parametrize(("ids", "message"), [
    ([], "at least one token"), ([[1], []], "at least one token"),
    ([[1], [2, 99]], "outside the model's vocabulary of 9"),
    ([[1], [[2], [3]]], "expected each prompt to be one row of ids"),
])
def test_mistakes_are_refused(ids, message):
    with pytest.raises(ValueError, match=message):
        check_prompts(ids, 9, 4)
    with pytest.raises(ValueError, match="there is no prompt"):
        left_padded([], 9, 4)
