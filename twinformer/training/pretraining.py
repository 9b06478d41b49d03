"""Pretraining: to go on with any text, from a stream of its windows.

The trainer's first task; the others are in twinformer/finetuning.
"""
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from typing import Any

from ..backend import implementation
from ..batches.batches import Batches
from ..configs.run_config import RunConfig
from ..ranks import current_ranks
from .evaluation import evaluate
from .task import StepData
from .training_data import TrainingData

__all__ = ["Pretraining"]


class Pretraining:
    """The task of predicting every next token of a corpus.

    Parameters
    ----------
    data : TrainingData
    config : RunConfig
    sampler : callable, optional
        (learner, step) -> a text that the model wrote.
    feed : callable, optional
        Batches -> generator of (inputs, targets, state of the batches); the
        loader of the backend where it is left out.
    peak_flops : float
        What the machine could do in a second, for the utilisation; 0 where
        it is not known.
    """

    epoch_steps = 0     # a stream: nothing falls due at an epoch's end
    marks = 0           # positions of the context that are not of the text

    def __init__(
        self,
        data: TrainingData,
        config: RunConfig,
        *,
        sampler: Callable[[Any, int], str] | None = None,
        feed: Callable[[Batches], Generator] | None = None,
        peak_flops: float = 0.0,
    ):
        self.data, self.run_config = data, config
        self.ranks = current_ranks()
        self.training = config.training
        self.max_steps = config.training.max_steps
        self.warmup_steps = config.training.warmup_steps
        self.tokenizer, self.data_key = data.tokenizer, data.key
        self.sampler, self.peak_flops = sampler, peak_flops
        self.feed = feed or implementation(config.backend).create_loader
        self.batches = Batches(
            data.train, config.training.batch_size,
            config.model.context_length - self.marks,
            seed=config.training.seed, rank=self.ranks.data_rank,
            ranks=self.ranks.data_size)

    def microbatches(self, step: int, state: Mapping[str, Any]
                     ) -> Generator[StepData, None, None]:
        """Windows of the training part, wherever the stream stands."""
        if state:
            self.batches.load_state_dict(dict(state))
        return self.stream()

    def stream(self) -> Generator[StepData, None, None]:
        training, T = self.training, self.run_config.model.context_length
        number = training.accumulation * self.ranks.data_size
        size = number * training.batch_size * T
        with closing(self.feed(self.batches)) as windows:
            while True:
                microbatches: list = [None] * number
                for index, _ in self.ranks.deal(range(number)):
                    inputs, targets, state = next(windows)
                    microbatches[index] = inputs, targets
                yield StepData(microbatches, size, state)

    def evaluate(self, learner) -> dict[str, float]:
        """Nats per token and bits per byte of both splits."""
        metrics = {}
        for split in ("train", "validation"):
            found = evaluate(
                learner, getattr(self.data, split), self.data.bytes_per_token,
                context_length=self.run_config.model.context_length,
                batch_size=self.training.batch_size,
                batches=self.training.eval_batches)
            metrics[f"{split}_nats_per_token"] = found.nats_per_token
            metrics[f"{split}_bits_per_byte"] = found.bits_per_byte
        return metrics

    def score(self, metrics: Mapping[str, float]) -> float | None:
        """Text is plenty, and the last model is the best, unless somebody
        has asked for patience."""
        if self.training.patience:
            return metrics["validation_nats_per_token"]
        return None

    def sample(self, learner, step: int) -> str:
        """How the model goes on with the prompt."""
        if self.sampler and self.training.sample_tokens:
            return self.sampler(learner, step)
        return ""

    def parameters(self, model):
        return implementation(self.run_config.backend).get_parameters(model)

    def describe(self) -> dict[str, Any]:
        return {}

    def speed(self, per_second: float) -> tuple[dict[str, Any], str]:
        """Tokens, and which share of the machine's arithmetic they use."""
        model = self.run_config.model
        flops = per_second * model.flops_per_token(model.context_length)
        if self.peak_flops:  # what is reached can be reached
            self.peak_flops = max(self.peak_flops, flops)
        used = flops / self.peak_flops if self.peak_flops else None
        words = f"{per_second:,.0f} tokens/s"
        if used is not None:
            words += f"  {used:.0%} MFU"
        return {"tokens_per_second": per_second,
                "model_flops_utilisation": used}, words

    def words(self, metrics: Mapping[str, float]) -> str:
        return "   ".join(
            f"{split} {metrics[f'{split}_nats_per_token']:.3f} nats/token "
            f"{metrics[f'{split}_bits_per_byte']:.3f} bits/byte"
            for split in ("train", "validation"))

    def title(self, run: str) -> str:
        return f"{run} ({self.run_config.backend})"
