"""Runs small enough for tests: a text, a config, a learner of one number."""
import numpy as np

from twinformer.models.config import GPT2Config
from twinformer.tokenizers.byte_tokenizer import ByteTokenizer
from twinformer.tokenizers.token_table import bytes_per_token
from twinformer.configs.data_config import DataConfig
from twinformer.configs.run_config import RunConfig
from twinformer.configs.training_config import TrainingConfig
from twinformer.training.training_data import TrainingData

TEXT = "".join(f"{a} times {b} is {a * b}.\n" for a in range(14) for b in range(14))


def tiny_config(folder, **training) -> RunConfig:
    settings = dict(max_steps=12, batch_size=2, eval_interval=4, eval_batches=2,
                    checkpoint_interval=4, sample_tokens=0, warmup_steps=2)
    return RunConfig(
        name="tiny", folder=str(folder), backend="numpy",
        model=GPT2Config(vocab_size=257, context_length=16, d_model=8, n_heads=2,
                         n_layers=1, dropout=0.1),
        data=DataConfig(corpus=[str(folder / "text.txt")], tokenizer="bytes"),
        training=TrainingConfig(**(settings | training)))


def tiny_data() -> TrainingData:
    tokenizer = ByteTokenizer()
    ids = np.array(tokenizer.encode(TEXT), np.uint16)
    return TrainingData("tiny", tokenizer, ids[:-600], ids[-600:],
                        bytes_per_token(tokenizer))


class FakeLearner:
    """One weight that remembers everything it was fed."""

    def __init__(self, model=None, training=None, device=None, parameters=None):
        self.weight = np.float64(1.0)
        self.steps = 0
        self.fail_at = None

    def train_step(self, microbatches, step, learning_rate):
        from twinformer.learning import StepResult
        if step == self.fail_at:
            raise FloatingPointError(f"step {step}: the loss is nan")
        assert step == self.steps + 1
        for index, (inputs, targets) in enumerate(microbatches):
            assert (inputs[:, 1:] == targets[:, :-1]).all()
            fed = float((inputs * np.arange(1, inputs.size + 1).reshape(inputs.shape)).sum())
            self.weight = np.sin(self.weight * 1e3 + fed * (index + 1)) + learning_rate
        self.steps += 1
        return StepResult(float(self.weight), abs(float(self.weight)))

    def evaluate(self, batch):
        _, targets = batch
        return float(self.weight) * targets.size, targets.size

    def state(self):
        return {"model.weight": np.array(self.weight),
                "optimizer.steps": np.array(self.steps)}

    def load_state(self, state):
        self.weight = np.float64(state["model.weight"])
        self.steps = int(state["optimizer.steps"])
