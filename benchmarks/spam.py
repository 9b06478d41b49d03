"""SMS spam on the book's split: a small model that has read nothing before,
and logistic regression on TF-IDF beside it.

    python -m benchmarks.spam             # five seeds and TF-IDF, on the test
    python -m benchmarks.spam --choose    # how the recipes were chosen
    python -m benchmarks.spam --seeds 1 2

The split is that of "Build a Large Language Model (From Scratch)", chapter 6:
747 messages of each class, shuffled by seed 123, 1045 to learn from, 149 to
choose by, 300 to be judged by. Each seed is one `twinformer classify` with
the command's defaults, in a process of its own; the times are those of the
whole process: on the clock, and of the processor, which is what counts where
others use the machine, too.

--choose never sees the 300: it cross-validates in the other 1194, five folds,
each recipe with the same folds, and takes the accuracy after the last step.
"""
import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import fields, replace
from pathlib import Path

from benchmarks.training_step import machine

ROOT = Path(__file__).resolve().parent.parent
FOLDS = 5
BOOK = {"quoted": True, "balance": "undersample", "split": "shuffled"}

# What was compared with the recipe
TRIED = {
    "the recipe": {},
    "without reading the texts first": {"scratch.reading_epochs": 0},
    "the same, dropout 0.1": {"scratch.reading_epochs": 0,
                              "classification.dropout": 0.1},
    "the same, no label smoothing": {"scratch.reading_epochs": 0,
                                     "classification.label_smoothing": 0.0},
    "causal mask": {"classification.causal": True},
    "Muon": {"finetuning.optimizer": "muon"},
    "Muon, at half the rate": {"finetuning.optimizer": "muon",
                               "finetuning.muon_rate": 0.5},
}

TFIDF: dict[str, dict] = {
    "words": {},
    "words, pairs of words": {"ngram_range": (1, 2)},
    "1 to 4 letters inside words": {
        "analyzer": "char_wb", "ngram_range": (1, 4), "sublinear_tf": True},
    "1 to 5 letters": {
        "analyzer": "char", "ngram_range": (1, 5), "sublinear_tf": True},
}
STRENGTHS = (1, 10, 100)


def config_of(file, changes, seed=123, threads=0):
    """The command's defaults for a model from scratch, with changes."""
    from twinformer.configs.classify_config import ClassifyConfig
    from twinformer.configs.recipes import FROM_SCRATCH
    book = {f"classification.{name}": value for name, value in BOOK.items()}
    values = {**FROM_SCRATCH, **book, "finetuning.seed": seed, "device.threads": threads,
              "device.device": "cpu", **changes}
    config = ClassifyConfig(data=str(file))
    for part in fields(config):
        own = {name.partition(".")[2]: value for name, value in values.items()
               if name.startswith(f"{part.name}.")}
        if own:
            config = replace(config, **{
                part.name: replace(getattr(config, part.name), **own)})
    return config


def parts_in(file):
    from twinformer.commands.classify.texts import parts_of
    return parts_of(str(file), config_of(file, {}).classification, lambda text: None)


def folds(parts):
    """The texts that are not the test's, cut five times into two parts."""
    import numpy as np

    from twinformer.classification.split import Parts
    texts = [*parts.train, *parts.validation]
    order = np.random.default_rng(0).permutation(len(texts))
    for fold in range(FOLDS):
        held = set(order[fold::FOLDS].tolist())
        yield Parts([text for i, text in enumerate(texts) if i not in held],
                    [text for i, text in enumerate(texts) if i in held], [])


def cross_validated(file, changes, threads):
    """(accuracy, loss) of a recipe, means over the folds."""
    from twinformer.runs.logs import read_metrics
    from twinformer.runs.run_folder import RunFolder
    from twinformer.commands.classify.training import task_and_learner
    from twinformer.training.trainer import Trainer

    def silent(text):
        pass

    found = []
    for number, parts in enumerate(folds(parts_in(file))):
        config = config_of(file, {**changes, "finetuning.eval_interval": 10**9,
                                  "finetuning.checkpoint_interval": 10**9},
                           number, threads)
        task, learner = task_and_learner(config, parts, silent)
        with tempfile.TemporaryDirectory() as folder:
            Trainer(learner, task, RunFolder(Path(folder))).train()
            last = read_metrics(Path(folder))[-1]
        found.append((last["validation_accuracy"], last["validation_loss"]))
    return tuple(map(statistics.mean, zip(*found, strict=True)))


def choose(options):
    """One row a recipe, as soon as it is known."""
    print("| recipe | accuracy in cross-validation | loss, nats |\n|---|---|---|")
    for name in options.recipes or TRIED:
        accuracy, loss = cross_validated(options.file, TRIED[name],
                                         options.threads)
        print(f"| {name} | {accuracy:.2%} | {loss:.4f} |", flush=True)
    print("\n| TF-IDF | C | accuracy in cross-validation |\n|---|---|---|")
    for accuracy, name, strength in tfidf_choices(options.file):
        print(f"| {name} | {strength} | {accuracy:.2%} |")


def tfidf_model(name, strength):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    return make_pipeline(TfidfVectorizer(**TFIDF[name]),
                         LogisticRegression(C=strength, max_iter=1000))


def accuracy_of(model, learn, judge):
    model.fit([m.text for m in learn], [m.label for m in learn])
    return model.score([m.text for m in judge], [m.label for m in judge])


def tfidf_choices(file):
    """(accuracy, features, C), the best first, by the same folds."""
    parts = parts_in(file)
    return sorted(((statistics.mean(
        accuracy_of(tfidf_model(name, strength), fold.train, fold.validation)
        for fold in folds(parts)), name, strength)
        for name in TFIDF for strength in STRENGTHS), reverse=True)


def tfidf_row(file):
    """The best by cross-validation, learned from the 1045, on the test."""
    began, used = time.perf_counter(), time.process_time()
    _, name, strength = tfidf_choices(file)[0]
    parts = parts_in(file)
    scores = [accuracy_of(tfidf_model(name, strength), parts.train, part)
              for part in parts]
    return table_row(
        f"logistic regression on TF-IDF ({name}, C = {strength})",
        [*scores, time.perf_counter() - began, time.process_time() - used])


def table_row(name, figures):
    *shares, seconds, used = figures
    return (f"| {name} | " + " | ".join(f"{share:.2%}" for share in shares)
            + f" | {seconds:.0f} | {used:.0f} |")


def seed_run(options, seed):
    """One `twinformer classify`: its reports, its seconds, its CPU's."""
    words = [word for name, value in BOOK.items()
             for word in (f"--{name}", str(value).lower())]
    with tempfile.TemporaryDirectory() as folder:
        began, used = time.perf_counter(), processor_seconds()
        subprocess.run(
            [sys.executable, "-m", "twinformer", "classify", options.file,
             *words, "--seed", str(seed), "--folder", folder, "--device",
             "cpu", "--threads", str(options.threads)],
            check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
        seconds = time.perf_counter() - began, processor_seconds() - used
        report = Path(folder) / "classify-1" / "report.json"
        return json.loads(report.read_text(encoding="utf-8")), *seconds


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def judge(options):
    """The table: every seed, their mean, TF-IDF."""
    print("| | training | validation | test | seconds | of the processor |\n"
          "|---|---|---|---|---|---|")
    rows = []
    for seed in options.seeds:
        report, *seconds = seed_run(options, seed)
        row = [report["parts"][part]["accuracy"]
               for part in ("training", "validation", "test")]
        rows.append([*row, *seconds])
        print(table_row(f"seed {seed}", rows[-1]), flush=True)
    print(table_row("**mean**", map(statistics.mean, zip(*rows, strict=True))))
    if len(rows) > 1:
        errors = [statistics.stdev(column) / len(rows) ** 0.5
                  for column in zip(*rows, strict=True)]
        print(table_row("standard error", errors))
    print(tfidf_row(options.file))
    print(f"\n{options.threads} threads; {machine()}")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    data = Path(os.environ.get("TWINFORMER_DATA",
                               ROOT.parent / "shared" / "data"))
    parser.add_argument("--file", metavar="FILE",
                        default=str(data / "sms-spam" / "SMSSpamCollection"))
    parser.add_argument("--seeds", type=int, nargs="*",
                        default=list(range(1, 11)))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--choose", action="store_true")
    parser.add_argument("--recipes", nargs="*", choices=list(TRIED))
    options = parser.parse_args()
    if not Path(options.file).exists():
        parser.error(f"there is no {options.file}; --file names it")
    (choose if options.choose else judge)(options)


if __name__ == "__main__":
    main()
