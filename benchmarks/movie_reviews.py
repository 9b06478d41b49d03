"""Movie reviews, good or bad: a small model that has read nothing before, and
logistic regression on TF-IDF beside it.

    python -m benchmarks.movie_reviews             # three seeds, and TF-IDF
    python -m benchmarks.movie_reviews --choose    # the recipes it was chosen from
    python -m benchmarks.movie_reviews --why       # what the model makes use of

2,000 reviews (Pang and Lee 2004), 1,000 of each kind, split by the command's
defaults: stratified, seed 123, 1,400 to learn from, 200 to choose by, 400 to be
judged by. Each row of ours is one `twinformer classify` in a process of its own, by
configs/movie-reviews.yaml; of its evaluations it keeps the one with the least
validation loss. --choose and the strength of a linear model go by the 200 alone.
"""
import argparse
import csv
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.training_step import machine

ROOT = Path(__file__).resolve().parent.parent

CONFIG = ROOT / "configs" / "movie-reviews.yaml"

# What was compared with the recipe, on seed 1
GPT2 = {"kind": "gpt2", "dropout": 0.5, "learning-rate": 0.002}
TRIED = {
    "the recipe": {},
    "a learning rate of 0.002": {"learning-rate": 0.002},
    "128 wide": {"d-model": 128},
    "128 wide, a learning rate of 0.002": {"d-model": 128, "learning-rate": 0.002},
    "32 wide, a learning rate of 0.002": {"d-model": 32, "learning-rate": 0.002},
    "Muon": {"optimizer": "muon"},
    "GPT-2's kind, dropout 0.5, 1,536 tokens, four epochs at 0.002":
        {**GPT2, "context-length": 1536, "epochs": 4},
    "the same, 1,024 tokens, 8,192 byte pairs, ten epochs":
        {**GPT2, "context-length": 1024, "vocab-size": 8192, "epochs": 10},
}

# What a linear model is told of a review's words
FEATURES = {
    "which words, how often (1 + ln n), and how rare they are": {"sublinear_tf": True},
    "how often, and how rare they are": {},
    "how often": {"use_idf": False},
    "how often, by the number of words: the mean of the words": {"use_idf": False, "norm": "l1"},
}
STRENGTHS = (1, 10, 100, 1e3, 1e4, 1e5)
PARTS = ("training", "validation", "test")


def parts_in(reviews):
    from twinformer.commands.classify.texts import parts_of
    from twinformer.configs.classification_config import ClassificationConfig
    parts = parts_of(str(reviews), ClassificationConfig(), lambda text: None)
    return [parts.train, parts.validation, parts.test]


def written(parts, folder):
    """The parts as files -> the options that name them"""
    folder.mkdir()
    for part, name in zip(parts, PARTS, strict=True):
        with open(folder / f"{name}.csv", "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(
                [("label", "text"), *((each.label, each.text) for each in part)])
    return [str(folder / "training.csv"), "--validation-file", str(folder / "validation.csv"),
            "--test-file", str(folder / "test.csv")]


def classified(options, data, name, changes, seed):
    """One `twinformer classify` -> its folder, the accuracies of the parts"""
    words = [word for option, value in changes.items() for word in (f"--{option}", str(value))]
    run = options.runs / name
    subprocess.run(
        [sys.executable, "-m", "twinformer", "classify", *data, "--config", str(CONFIG),
         "--folder", str(options.runs),
         "--name", name, "--seed", str(seed), "--device", "cpu", "--threads", "1", *words],
        check=True, cwd=ROOT, stdout=sys.stderr)
    report = json.loads((run / "report.json").read_text(encoding="utf-8"))
    return run, [report["parts"][part]["accuracy"] for part in PARTS]


def linear(parts, features):
    """Logistic regression -> its strength, chosen by validation; accuracies of the parts"""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    columns = [([each.text for each in part], [each.label for each in part]) for part in parts]
    found = []
    for strength in STRENGTHS:
        model = make_pipeline(TfidfVectorizer(**features),
                              LogisticRegression(C=strength, max_iter=5000)).fit(*columns[0])
        found.append((strength, [model.score(*column) for column in columns]))
    return max(found, key=lambda each: each[1][1])


def row(name, scores):
    return f"| {name} | " + " | ".join(f"{score:.2%}" for score in scores) + " |"


def judge(options, reviews, pool):
    """The seeds, their mean, TF-IDF."""
    print("| | training | validation | test |\n|---|---|---|---|")
    found = list(pool.map(
        lambda seed: classified(options, [str(reviews)], f"seed-{seed}", {}, seed),
        options.seeds))
    scores = [scores for _, scores in found]
    for seed, each in zip(options.seeds, scores, strict=True):
        print(row(f"seed {seed}", each))
    print(row("**mean**", map(statistics.mean, zip(*scores, strict=True))))
    if len(scores) > 1:
        print(row("standard error", (statistics.stdev(column) / len(scores) ** 0.5
                                     for column in zip(*scores, strict=True))))
    strength, each = linear(parts_in(reviews), {"sublinear_tf": True})
    print(row(f"logistic regression on TF-IDF (C = {strength:g})", each))
    if options.picture:
        shutil.copyfile(found[0][0] / "loss.png", options.picture)


def choose(options, reviews, pool):
    """What each recipe reaches on the 200 texts to choose by."""
    from twinformer.runs.logs import read_metrics
    names = options.recipes or list(TRIED)
    runs = pool.map(lambda name: classified(
        options, [str(reviews)], f"recipe-{list(TRIED).index(name)}", TRIED[name], 1)[0], names)
    print("| recipe | validation loss, nats | validation accuracy |\n|---|---|---|")
    for name, run in zip(names, runs, strict=True):
        best = min((record for record in read_metrics(run) if record["kind"] == "evaluation"),
                   key=lambda record: record["validation_loss"])
        print(f"| {name} | {best['validation_loss']:.4f} "
              f"| {best['validation_accuracy']:.2%} |", flush=True)


def why(options, reviews, pool):
    """Fewer texts, the words in any order, and what a linear model makes of what it is told."""
    parts = parts_in(reviews)
    order = random.Random(0)

    def shuffled(text):
        words = text.split()
        order.shuffle(words)
        return " ".join(words)

    def fewer(count):
        by_label = [[each for each in parts[0] if each.label == label][:count // 2]
                    for label in sorted({each.label for each in parts[0]})]
        return [[each for part in by_label for each in part], *parts[1:]]

    cases = {"all 1,400 texts, the words of each in any order":
             [[each._replace(text=shuffled(each.text)) for each in part] for part in parts],
             **{f"{count:,} texts": fewer(count) for count in (350, 700)}}
    data = {name: written(case, options.runs / f"texts-{number}")
            for number, (name, case) in enumerate(cases.items())}
    runs = pool.map(lambda name: classified(
        options, data[name], f"why-{list(data).index(name)}", {}, 1)[1], data)
    print("| | training | validation | test |\n|---|---|---|---|")
    for (name, case), scores in zip(cases.items(), runs, strict=True):
        print(row(f"{name}: ours", scores))
        print(row(f"{name}: TF-IDF", linear(case, {"sublinear_tf": True})[1]), flush=True)
    print("\n| logistic regression is told | C | training | validation | test |\n"
          "|---|---|---|---|---|")
    for name, features in FEATURES.items():
        strength, scores = linear(parts, features)
        print(row(f"{name} | {strength:g}", scores), flush=True)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    data = Path(os.environ.get("TWINFORMER_DATA", ROOT.parent / "shared" / "data"))
    parser.add_argument("--reviews", metavar="ZIP", type=Path,
                        default=data / "movie-reviews" / "movie_reviews.zip")
    parser.add_argument("--choose", action="store_true")
    parser.add_argument("--recipes", nargs="*", choices=list(TRIED))
    parser.add_argument("--why", action="store_true")
    parser.add_argument("--seeds", type=int, nargs="*", default=[1, 2, 3])
    parser.add_argument("--jobs", type=int, default=2, help="processes, of one thread each")
    parser.add_argument("--picture", type=Path, metavar="PNG",
                        help="where the curves of the first seed go")
    options = parser.parse_args()
    if not options.reviews.exists():
        parser.error(f"there is no {options.reviews}; --reviews names it")
    with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor(options.jobs) as pool:
        with zipfile.ZipFile(options.reviews) as archive:
            archive.extractall(temporary)
        options.runs = Path(temporary) / "runs"
        options.runs.mkdir()
        mode = choose if options.choose else why if options.why else judge
        mode(options, Path(temporary) / "movie_reviews", pool)
    print(f"\n{options.jobs} processes of one thread; {machine()}")


if __name__ == "__main__":
    main()
