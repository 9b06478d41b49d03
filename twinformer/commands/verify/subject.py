"""A model whose figures are measured, by either backend."""
from ...backend import implementation

__all__ = ["Subject"]


class Subject:
    """A model to be measured, by either backend.

    Parameters
    ----------
    opened : OpenedRun
    backend, device : str
    """

    def __init__(self, opened, backend: str, device):
        from ..generate import build_model

        self.config, self.tokenizer = opened.config.model, opened.tokenizer
        self.parameters, self.backend, self.device = opened.parameters, backend, device
        self.model, _ = build_model(opened, backend, device)

    def greedy(self, ids: list[int], count: int) -> list[int]:
        """The next count tokens, each the likeliest"""
        generate = implementation(self.backend).generate
        return list(generate(self.model, ids, count, temperature=0,
                             vocab_limit=self.tokenizer.vocab_size))

    def logits(self, ids: list[int]):
        """ids (T,) -> (T, V)"""
        import numpy as np

        rows = np.array([ids])
        if self.backend == "numpy":
            return self.model.forward(rows)[0][0]
        import torch

        device = next(self.model.parameters()).device
        with torch.inference_mode():
            return self.model(torch.tensor(rows, device=device))[0].float().cpu().numpy()

    def mean_loss(self, inputs, targets) -> float:
        """inputs, targets (B, T) -> mean nats a target"""
        loss = implementation(self.backend).cross_entropy
        if self.backend == "numpy":
            return float(loss(self.model.forward(inputs)[0], targets)[0])
        import torch

        device = next(self.model.parameters()).device
        with torch.inference_mode():
            logits = self.model(torch.tensor(inputs, device=device))
            return float(loss(logits, torch.tensor(targets, device=device)))

    def choice_log_likelihoods(self, contexts, choices):
        """N rows of token ids each -> ln p(choice | context) (N,)"""
        package = implementation(self.backend)
        return package.choice_log_likelihoods(self.model, contexts, choices).log_likelihood

    def losses_of_training(self, inputs, targets, steps: int) -> list[float]:
        """The loss before each of the steps, on copies of the weights

        AdamW as in llm.c's test: rate 1e-4, betas 0.9 and 0.999, decay 0.01.
        There biases and norms decay too, by a millionth of themselves a step.
        """
        from dataclasses import replace

        from ...configs.device_config import DeviceConfig
        from ...configs.training_config import TrainingConfig

        training = TrainingConfig(beta2=0.999, weight_decay=0.01, clip_norm=0)
        learner = implementation(self.backend).pretraining_learner(
            replace(self.config, dropout=0.0), training, DeviceConfig(device=self.device),
            self.parameters)
        return [learner.train_step([(inputs, targets)], step, 1e-4).loss
                for step in range(1, steps + 1)]
