"""Movie reviews, good or bad: the whole road on a small model of one's own.

    twinformer train --corpus BOOKS --name books --context-length 256 \\
        --d-model 256 --n-heads 4 --n-layers 4 --dropout 0.1 \\
        --tie-embeddings true --vocab-size 4096 --max-steps 2000 \\
        --batch-size 8 --learning-rate 0.002 --warmup-steps 100
    python -m benchmarks.movie_reviews --model runs/books

2,000 reviews (Pang and Lee 2004), 1,000 of each kind, split by the command's
defaults: stratified, seed 123, 1,400 to learn from, 200 to choose by, 400 to
be judged by. The model sees the first 256 tokens of each. The same shape with
random weights shows what reading books was worth. Logistic regression on
TF-IDF is beside them, once with as many words as the model sees and once with
whole reviews, its strength chosen by the same 200.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from benchmarks.training_step import machine

ROOT = Path(__file__).resolve().parent.parent

RECIPE = {"train": "last_two_blocks", "token": "mean", "causal": "false",
          "hide-padding": "true", "label-smoothing": 0.1, "dropout": 0.2,
          "epochs": 3, "batch-size": 16, "learning-rate": 1e-3, "warmup": 0.1,
          "schedule": "cosine", "clip-norm": 1.0, "group-by-length": "true"}
WORDS = 190  # about 256 tokens of the model's


def finetuned(options, reviews, weights, folder):
    """One `twinformer classify`: its folder, its reports, its seconds."""
    words = [word for name, value in RECIPE.items()
             for word in (f"--{name}", str(value))]
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "twinformer", "classify", str(reviews),
         "--model", str(Path(options.model).resolve()), "--weights", weights,
         "--folder", str(folder), "--name", weights, "--seed",
         str(options.seed), "--device", "cpu", "--threads",
         str(options.threads), *words],
        check=True, cwd=ROOT, stdout=sys.stderr)
    seconds = time.perf_counter() - began
    run = folder / weights
    report = json.loads((run / "report.json").read_text(encoding="utf-8"))
    return run, report, seconds


def tfidf(reviews, words):
    """(C, accuracies on the three parts, seconds), from so many words"""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    from twinformer.configs.classification_config import ClassificationConfig
    from twinformer.commands.classify.texts import parts_of

    began = time.perf_counter()
    parts = parts_of(ClassificationConfig(file=str(reviews)), lambda text: None)
    columns = [([" ".join(m.text.split()[:words]) for m in part],
                [m.label for m in part]) for part in parts]
    found = []
    for strength in (1, 10, 100):
        model = make_pipeline(
            TfidfVectorizer(sublinear_tf=True),
            LogisticRegression(C=strength, max_iter=1000)).fit(*columns[0])
        found.append((strength, [model.score(*part) for part in columns]))
    strength, scores = max(found, key=lambda each: each[1][1])
    return strength, scores, time.perf_counter() - began


def row(name, scores, seconds):
    return (f"| {name} | " + " | ".join(f"{score:.2%}" for score in scores)
            + f" | {seconds:.0f} |")


def curve(run):
    """The evaluations of a run, as lines of a table."""
    from twinformer.runs.logs import read_metrics
    yield "| epoch | training loss | validation loss | validation accuracy |"
    yield "|---|---|---|---|"
    for record in read_metrics(run):
        if record["kind"] == "evaluation":
            yield (f"| {record['epoch']:.0f} | {record['train_loss']:.4f} "
                   f"| {record['validation_loss']:.4f} "
                   f"| {record['validation_accuracy']:.2%} |")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    data = Path(os.environ.get("TWINFORMER_DATA",
                               ROOT.parent / "shared" / "data"))
    parser.add_argument("--reviews", metavar="ZIP", type=Path,
                        default=data / "movie-reviews" / "movie_reviews.zip")
    parser.add_argument("--model", default="runs/books", metavar="RUN")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--weights", nargs="*",
                        default=["pretrained", "random"])
    parser.add_argument("--picture", type=Path, metavar="PNG",
                        help="where the curves of the first run go")
    options = parser.parse_args()
    if not options.reviews.exists():
        parser.error(f"there is no {options.reviews}; --reviews names it")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with zipfile.ZipFile(options.reviews) as archive:
            archive.extractall(folder)
        reviews = folder / "movie_reviews"
        print("| | training | validation | test | seconds |\n"
              "|---|---|---|---|---|")
        for name, words in ((f"the first {WORDS} words", WORDS),
                            ("whole reviews", None)):
            strength, scores, seconds = tfidf(reviews, words)
            print(row(f"logistic regression on TF-IDF, {name} (C = "
                      f"{strength})", scores, seconds), flush=True)
        lines = []
        for weights in options.weights:
            run, report, seconds = finetuned(options, reviews, weights,
                                             folder / "runs")
            scores = [report["parts"][part]["accuracy"]
                      for part in ("training", "validation", "test")]
            print(row(f"{weights} weights, the first 256 tokens", scores,
                      seconds), flush=True)
            lines += ["", f"## {weights} weights", "", *curve(run)]
            if options.picture and weights == options.weights[0]:
                shutil.copyfile(run / "loss.png", options.picture)
        print("\n".join(lines))
    print(f"\nseed {options.seed}, {options.threads} threads; {machine()}")


if __name__ == "__main__":
    main()
