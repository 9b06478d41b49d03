"""A pretraining from files to a trained model, as docs/pretraining.md has it: what
it takes in memory, and that a kill changes nothing.

    python -m benchmarks.pretraining $TWINFORMER_DATA/books-en --steps 200

Prepares the corpus, then once more from ten copies of it (duplicates are kept),
to see whether memory grows with the text; trains once undisturbed and once
killed (SIGKILL) at half of the steps and resumed. Everything is made by the
commands of the page, in a temporary folder, in processes of their own, whose
largest resident memory (their children's included) is looked at twenty times a
second.
"""
import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from twinformer.runs.logs import read_metrics

PREPARE = ("--vocab-size", "8192", "--shard-tokens", "500000", "--processes", "2",
           "--validation", "0.1")
SHAPE = ("--preset", "gpt2", "--n-layers", "4", "--d-model", "128", "--n-heads", "4",
         "--context-length", "128", "--batch-size", "8", "--learning-rate", "2e-3",
         "--warmup-steps", "20", "--sample-tokens", "0")


def memory_of(process) -> int:
    """Bytes that a process and its children have in memory now."""
    import psutil

    total = 0
    try:
        parent = psutil.Process(process.pid)
        for each in (parent, *parent.children(recursive=True)):
            total += each.memory_info().rss
    except psutil.Error:
        pass
    return total


def measured(*words: str, kill_when=None) -> tuple[int, float]:
    """(largest resident bytes, seconds) of a command, killed if so wanted."""
    print("twinformer", *words, flush=True)
    began, largest = time.monotonic(), 0
    process = subprocess.Popen([sys.executable, "-m", "twinformer", *words],
                               stdout=subprocess.DEVNULL)
    while process.poll() is None:
        largest = max(largest, memory_of(process))
        if kill_when and kill_when():
            process.kill()
        time.sleep(0.05)
    if process.returncode and not kill_when:
        raise SystemExit(f"exit code {process.returncode}")
    return largest, time.monotonic() - began


def steps_in(run: Path) -> int:
    file = run / "metrics.jsonl"
    return file.read_bytes().count(b'"kind": "step"') if file.exists() else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--copies", type=int, default=10)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        rows = []
        (folder / "many").mkdir()
        texts = sorted(path for path in given.corpus.rglob("*.txt"))
        for copy in range(given.copies):
            for text in texts:
                shutil.copyfile(text, folder / "many" / f"{copy}-{text.name}")
        for corpus, out, more in ((given.corpus, "prepared", ()),
                                  (folder / "many", "ten", ("--duplicates", "keep"))):
            size = sum(path.stat().st_size for path in Path(corpus).rglob("*.txt"))
            rows.append((f"prepare {size / 1e6:.1f} MB", *measured(
                "data", "prepare", str(corpus), "--folder", str(folder / out), *PREPARE, *more)))
        interval = str(max(1, given.steps // 4))
        common = (*SHAPE, "--max-steps", str(given.steps), "--eval-interval", interval,
                  "--checkpoint-interval", interval, "--folder", str(folder / "runs"))
        for prepared, name in (("prepared", "whole"), ("ten", "larger")):
            rows.append((f"train on {prepared}", *measured(
                "train", str(folder / prepared), "--name", name, *common)))
        run = folder / "runs" / "killed"
        rows.append(("train, killed", *measured(
            "train", str(folder / "prepared"), "--name", "killed", *common,
            kill_when=lambda: steps_in(run) > given.steps // 2)))
        rows.append(("train, resumed", *measured("train", "--resume", str(run))))
        print("\n| command | largest memory, MiB | seconds |\n|---|---:|---:|")
        for what, memory, seconds in rows:
            print(f"| {what} | {memory / 2**20:.0f} | {seconds:.0f} |")
        whole = folder / "runs" / "whole"
        print("\n| step | train nats/token | validation nats/token | validation bits/byte |\n"
              "|---:|---:|---:|---:|")
        for record in read_metrics(whole):
            if record["kind"] == "evaluation":
                print(f"| {record['step']} | {record['train_nats_per_token']:.3f} | "
                      f"{record['validation_nats_per_token']:.3f} | "
                      f"{record['validation_bits_per_byte']:.3f} |")
        same = (run / "metrics.jsonl").read_bytes() == (whole / "metrics.jsonl").read_bytes()
        last = f"checkpoints/step-{given.steps:06d}/tensors.safetensors"
        bits = (run / last).read_bytes() == (whole / last).read_bytes()
        print(f"\nkilled and resumed: metrics {'the same bytes' if same else 'DIFFER'}, "
              f"weights and moments {'the same bytes' if bits else 'DIFFER'}")


if __name__ == "__main__":
    main()
