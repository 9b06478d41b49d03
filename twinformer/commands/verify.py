"""Check GPT-2's published weights against figures that others have printed:
texts it continues, losses, perplexities. Prints what is expected and what came.

  twinformer verify gpt2
  twinformer verify gpt2 --backend numpy
  twinformer verify gpt2 --weights my-copy-of-gpt2/

Exit code 1 where something differs. What needs a data file that is not there
is left out, and says so.
"""

from ..io.strict_json import json_text
from ..backend import implementation

__all__ = ["Subject", "add_arguments", "check", "run"]


def add_arguments(parser) -> None:
    parser.add_argument("preset", type=str, help="gpt2, gpt2-medium, gpt2-large or gpt2-xl")
    parser.add_argument(
        "--weights", type=str,
        help="a folder or file to check; left out, the published file, downloaded if need be")
    parser.add_argument(
        "--backend", choices=["torch", "numpy"], default="torch", help="who computes it")
    parser.add_argument(
        "--device", choices=["auto", "cpu", "cuda", "mps"], default="auto",
        help="where torch computes it")
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def run(arguments) -> int:
    from ..models.config import preset

    from .console import never_fail_to_print
    from .opening import open_model
    from .published import PUBLISHED

    preset(arguments.preset)
    never_fail_to_print()
    opened = open_model(arguments.weights or arguments.preset, arguments.backend)
    subject = Subject(opened, arguments.backend, arguments.device)
    rows = []
    for row in check(subject, PUBLISHED[arguments.preset]):
        rows.append(row)
        if not arguments.json:
            print(as_text(row), flush=True)
    different = sum(row["result"] == "DIFFERS" for row in rows)
    same = sum(row["result"] == "as published" for row in rows)
    if arguments.json:
        print(json_text(rows, indent=1, ensure_ascii=False))
    else:
        print(f"\n{arguments.preset} by {arguments.backend}: {same} as published, {different} "
              f"different, {len(rows) - same - different} left out")
    return 1 if different else 0


def check(subject, figures):
    """Measure one figure after the other; yield what to print of each."""
    from .published import Unavailable, differs

    for figure in figures:
        row = {"what": figure.what, "source": figure.source, "expected": figure.expected}
        try:
            got = figure.measure(subject)
        except Unavailable as reason:
            yield row | {"result": "left out", "reason": str(reason)}
            continue
        result = "DIFFERS" if differs(figure, got) else "as published"
        yield row | {"got": got, "tolerance": figure.tolerance, "result": result}


def as_text(row) -> str:
    head = f"{row['result']:<12}  {row['what']}  ({row['source']})"
    if row["result"] == "left out":
        return f"{head}\n    {row['reason']}"
    off = f"   within {row['tolerance']:g}" if row["tolerance"] else ""
    return f"{head}\n    expected {shown(row['expected'])}{off}\n    got      {shown(row['got'])}"


def shown(value) -> str:
    """Numbers to nine digits, lists of them in brackets, texts quoted"""
    if isinstance(value, list):
        return "[" + ", ".join(map(shown, value)) + "]"
    if isinstance(value, float):
        return f"{value:.9g}"
    return f"{value:,}" if isinstance(value, int) else repr(value)


class Subject:
    """A model to be measured, by either backend.

    Parameters
    ----------
    opened : OpenedRun
    backend, device : str
    """

    def __init__(self, opened, backend: str, device):
        from .generate import build_model

        self.config, self.tokenizer = opened.config.model, opened.tokenizer
        self.parameters, self.backend, self.device = opened.parameters, backend, device
        self.model, _ = build_model(opened, backend, device)

    def greedy(self, ids: list[int], count: int) -> list[int]:
        """The next count tokens, each the likeliest"""
        generate = implementation(self.backend).generate
        return list(generate(self.model, ids, count, temperature=0,
                             vocab_limit=self.tokenizer.vocab_size))

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

        from ..configs.device_config import DeviceConfig
        from ..configs.training_config import TrainingConfig

        training = TrainingConfig(beta2=0.999, weight_decay=0.01, clip_norm=0)
        learner = implementation(self.backend).pretraining_learner(
            replace(self.config, dropout=0.0), training, DeviceConfig(device=self.device),
            self.parameters)
        return [learner.train_step([(inputs, targets)], step, 1e-4).loss
                for step in range(1, steps + 1)]
