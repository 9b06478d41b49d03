"""A run that is trained in a second, for the tests of the command line."""
from pathlib import Path

import pytest
import torch

from twinformer.models.config import GPT2Config
from twinformer.configs.data_config import DataConfig
from twinformer.configs.run_config import RunConfig
from twinformer.configs.training_config import TrainingConfig
from twinformer.training.run import run_training

TEXT = "The quick brown fox jumps over the lazy dog.\nÀ demain, 你好!\n" * 30


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Threads that wait for each other take a tiny model's time."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def tiny_run(folder: Path, tokenizer: str = "bytes", steps: int = 4) -> Path:
    """Train a tiny model by the reference; its run's folder."""
    corpus = folder / "corpus.txt"
    corpus.write_text(TEXT, encoding="utf-8")
    config = RunConfig(
        name=tokenizer, folder=str(folder), backend="numpy",
        model=GPT2Config(vocab_size=2048, context_length=16, d_model=16, n_heads=2, n_layers=2,
                         dropout=0.1),
        data=DataConfig(corpus=(str(corpus),), tokenizer=tokenizer, vocab_size=300),
        training=TrainingConfig(max_steps=steps, batch_size=4, warmup_steps=1, eval_interval=0,
                                eval_batches=1, sample_tokens=0))
    return run_training(config).folder.path
