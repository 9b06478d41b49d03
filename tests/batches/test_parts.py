"""In how many parts the reference works on a batch."""
import pytest

from twinformer.architectures.qwen3 import Qwen3MoEConfig
from twinformer.batches.parts import LARGEST, PART, SMALLEST, part_count
from twinformer.models.config import GPT2Config

WIDTH = 128
SMALL = GPT2Config(d_model=WIDTH, n_heads=4)


@pytest.mark.parametrize("rows, length, parts", [
    (8, SMALLEST // WIDTH // 8 - 1, 1),         # too little work
    (8, SMALLEST // WIDTH // 8, 2),
    (8, 2 * PART // WIDTH // 8, 2),
    (8, 3 * PART // WIDTH // 8, 2),
    (8, 4 * PART // WIDTH // 8, 4),
    (8, 1000 * PART // WIDTH // 8, 8),          # a row each
    (7, 1000 * PART // WIDTH // 7, 4),
    (1, 1000 * PART // WIDTH, 1)])
def test_by_the_shape_alone(rows, length, parts):
    assert part_count(SMALL, 10_000, rows, length) == parts


def test_a_large_model_has_one_gradient():
    assert part_count(SMALL, LARGEST, 8, 1024) > 1
    assert part_count(SMALL, LARGEST + 1, 8, 1024) == 1


def test_experts_choose_among_all_tokens():
    config = Qwen3MoEConfig(d_model=WIDTH)
    assert part_count(config, 10_000, 8, 1024) == 1
