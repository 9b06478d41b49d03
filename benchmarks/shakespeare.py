"""What three minutes on two cores buy: tiny Shakespeare, letter by letter.

    python -m benchmarks.shakespeare            # our recipe and nanoGPT's
    python -m benchmarks.shakespeare --recipes nanogpt

Both recipes run through the twin and the trainer as `twinformer train` runs
them, each in a process of its own:

- configs/shakespeare.yaml;
- nanoGPT's recipe for a CPU (github.com/karpathy/nanoGPT, README), whose
  published loss is 1.88. Two of its details are not ours: it has no biases
  and takes windows at random offsets.

The split is nanoGPT's: the first 90 % of the characters to learn from, the
last 10 % to be judged by. The time is that from the start of the process to
the last checkpoint, with everything in it: imports, evaluations, samples.
After it, and not in it, comes the loss over the whole validation split:
windows side by side, the last one shorter, so that every character but the
very first is predicted once, from at most a window of characters before it.
"""
import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.training_step import machine

ROOT = Path(__file__).resolve().parent.parent

NANOGPT: dict[str, dict[str, Any]] = {
    "model": {"context_length": 64, "d_model": 128, "n_heads": 4,
              "n_layers": 4, "dropout": 0.0, "tie_embeddings": True},
    "data": {"tokenizer": "characters", "validation": 0.1},
    "training": {"max_steps": 2000, "batch_size": 12, "learning_rate": 1e-3,
                 "min_learning_rate": 1e-4, "warmup_steps": 100,
                 "schedule": "cosine", "weight_decay": 0.1, "beta1": 0.9,
                 "beta2": 0.99, "clip_norm": 1.0, "eval_interval": 250,
                 "checkpoint_interval": 250, "sample_prompt": "ROMEO:"},
}


def work(options):
    """In a recipe's process: train, say so, and measure the whole split."""
    import numpy as np
    import yaml

    from twinformer.models.initialisation import initial_parameters
    from twinformer.tokenizers.characters import CharacterTokenizer
    from twinformer.tokenizers.token_table import bytes_per_token
    from twinformer.configs.device_config import DeviceConfig
    from twinformer.configs.run_config import config_from_dict
    from twinformer.training.training_data import TrainingData
    from twinformer.training.evaluation import evaluate
    from twinformer.runs.logs import read_metrics
    from twinformer.runs.run_folder import RunFolder
    from twinformer.training.pretraining import Pretraining
    from twinformer.training.trainer import Trainer
    from twinformer.commands.train.sampling import sampler
    from torch_impl.training.learner import pretraining_learner

    text = options.corpus.read_text(encoding="utf-8")
    tokenizer = CharacterTokenizer.from_text(text)
    tokens = np.array(tokenizer.encode(text), np.uint8)
    cut = int(len(text) * 0.9)
    data = TrainingData("tinyshakespeare", tokenizer, tokens[:cut],
                        tokens[cut:], bytes_per_token(tokenizer))

    content = NANOGPT if options.worker == "nanogpt" else yaml.safe_load(
        (ROOT / "configs" / "shakespeare.yaml").read_text(encoding="utf-8"))
    content["model"]["vocab_size"] = tokenizer.vocab_size
    content["training"]["seed"] = options.seed
    config = config_from_dict(content)
    learner = pretraining_learner(config.model, config.training,
                      DeviceConfig(device="cpu", threads=options.threads),
                      initial_parameters(config.model, options.seed))
    with tempfile.TemporaryDirectory() as folder:
        run = RunFolder(Path(folder))
        task = Pretraining(data, config, sampler=sampler(config, data))
        Trainer(learner, task, run).train()
        print("trained", flush=True)
        sys.stdin.readline()                # not before the clock is read
        records = read_metrics(run.path)
        sample = (run.path / "samples.txt").read_text(encoding="utf-8")

    T = config.model.context_length
    whole = evaluate(learner, data.validation, data.bytes_per_token,
                     context_length=T, batch_size=64)
    nats, count = whole.nats, whole.tokens
    rest = data.validation[count:].astype(np.int64)[None]
    if rest.shape[1] > 1:
        more = learner.evaluate((rest[:, :-1], rest[:, 1:]))
        nats, count = nats + more[0], count + more[1]
    report(config, records, sample, nats, count)


def report(config, records, sample, nats, count):
    """The loss curve, one sample, and the loss over the whole split."""
    model, training = config.model, config.training
    windows = training.max_steps * training.batch_size
    print(f"{model.parameter_count():,} parameters, {training.max_steps} "
          f"steps, {windows * model.context_length:,} characters read\n\n"
          f"| step | train, nats | validation, nats (parts of the splits) |\n"
          f"|---|---|---|")
    for record in records:
        if record["kind"] == "evaluation":
            print(f"| {record['step']} "
                  f"| {record['train_nats_per_token']:.4f} "
                  f"| {record['validation_nats_per_token']:.4f} |")
    print(f"\nvalidation loss over all {count:,} characters: "
          f"**{nats / count:.4f} nats**\n")
    print("    " + sample[sample.rfind("=== step"):].strip().replace(
        "\n", "\n    "))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--recipes", nargs="*", default=["ours", "nanogpt"],
                        choices=["ours", "nanogpt"])
    data = Path(os.environ.get("TWINFORMER_DATA",
                               ROOT.parent / "shared" / "data"))
    parser.add_argument("--corpus", type=Path, metavar="FILE",
                        default=data / "tinyshakespeare" / "input.txt")
    parser.add_argument("--seed", type=int, default=1234)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        return work(options)
    if not options.corpus.exists():
        parser.error(f"there is no {options.corpus}; --corpus names the file")
    for recipe in options.recipes:
        start = time.perf_counter()
        worker = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.shakespeare", *sys.argv[1:],
             "--worker", recipe], text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE)
        assert worker.stdout is not None        # a pipe
        trained = worker.stdout.readline()
        elapsed = time.perf_counter() - start
        rest, _ = worker.communicate("\n")
        if not trained or worker.returncode:
            raise SystemExit(f"the {recipe} recipe failed; see above")
        print(f"## {recipe}\n\n**{elapsed:.1f} s** from start to last "
              f"checkpoint, {options.threads} threads, seed {options.seed}; "
              f"{machine()}\n\n{rest}", flush=True)


if __name__ == "__main__":
    main()
