"""Memory and speed of `prepare`, on synthetic text of a given size.

    python -m benchmarks.prepare 1.2 [--near 0.8] [--kill 3]        # gigabytes

Words are drawn by a Zipf law from 200,000 made-up ones and set into JSON lines
and one long text file. The largest resident memory of the main process and of
each worker is sampled five times a second, and shown for each quarter of the
text: if memory grew with the text, it would show. The text is made anew each
time, in a temporary folder. With --kill the work is killed (SIGKILL) so many
times, taken up again, and compared with a preparation that nobody disturbed.
"""
import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

from twinformer.corpora.sources import corpus_sources
from twinformer.tokenizers.formats.gpt2_files import gpt2_vocabulary
from twinformer.prepare.prepare import prepare
from twinformer.prepare.prepare_options import PrepareOptions
from twinformer.tokenizers.byte_tokenizer import ByteTokenizer
from torch_impl.text.bpe import BPETokenizer


def make_text(folder: Path, size: int) -> None:
    """Half of it one .txt file, half of it JSON lines."""
    random = np.random.default_rng(0)
    letters = np.array(list("etaoinshrdlucmfwypvbgkq"))
    words = np.array(["".join(random.choice(letters, n))
                      for n in random.integers(2, 12, 200_000)])
    drawn = words[np.minimum(random.zipf(1.2, 2_000_000), len(words)) - 1]
    texts = [".\n".join(" ".join(line) for line in drawn[start:start + 1000].reshape(-1, 20))
             for start in range(0, len(drawn), 1000)]
    written = number = 0
    with (open(folder / "long.txt", "w", encoding="utf-8") as long,
          open(folder / "many.jsonl", "w", encoding="utf-8") as many):
        while written < size:
            first, second = (texts[i] for i in random.integers(0, len(texts), 2))
            number += random.random() < 0.9         # or the same once more
            text = f"{number}. {texts[number % len(texts)]}\n{first if number % 2 else second}"
            written += long.write(f"{first}.\nand {second}.\n")
            written += many.write(json.dumps({"text": text}) + "\n")


class Watcher:
    """Largest resident memory of this process and its workers, by quarter."""

    def __init__(self, size: int):
        self.size, self.read = size, 0
        self.main, self.workers, self.together = ([0] * 4 for _ in range(3))
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()

    def progress(self, counts: dict[str, int]) -> None:
        self.read = counts["bytes"]

    def watch(self) -> None:
        import psutil
        mine = psutil.Process()
        while not self.done.wait(0.2):
            quarter = min(3, 4 * self.read // self.size)
            try:
                main = mine.memory_info().rss
                rest = [p.memory_info().rss for p in mine.children(recursive=True)]
            except psutil.Error:
                continue        # a process ended between two lines
            for peaks, size in ((self.main, main), (self.workers, max(rest, default=0)),
                                (self.together, main + sum(rest))):
                peaks[quarter] = max(peaks[quarter], size)


def prepared(folder: Path, out: str, given, progress=lambda counts: None):
    tokenizer = (ByteTokenizer() if given.tokenizer == "bytes" else
                 BPETokenizer(*gpt2_vocabulary()))
    return prepare(corpus_sources(str(folder / "in")), tokenizer, folder / out, PrepareOptions(
        processes=given.processes, near_duplicates=given.near), progress=progress)


def kill_and_go_on(folder: Path, given, seconds: float) -> None:
    """Kills at equal parts of the time that the whole took."""
    for _ in range(given.kill):
        child = subprocess.Popen([sys.executable, "-m", "benchmarks.prepare", *sys.argv[1:],
                                  "--only", str(folder)], start_new_session=True)
        try:
            child.wait(seconds / (given.kill + 1))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            size = sum(path.stat().st_size for path in (folder / "again").glob("*.bin"))
            print(f"killed with {size / 1e6:.0f} MB of tokens written")
    began = time.perf_counter()
    prepared(folder, "again", given)
    print(f"the rest took {time.perf_counter() - began:.0f} s")
    files = [sorted((folder / out).glob("*")) for out in ("out", "again")]
    assert [path.name for path in files[0]] == [path.name for path in files[1]]
    assert all(one.read_bytes() == other.read_bytes() for one, other in zip(*files)
               if one.suffix == ".bin")
    print(f"the same bytes in all {sum(path.suffix == '.bin' for path in files[0])} files")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gigabytes", type=float)
    parser.add_argument("--near", type=float, default=0.0)
    parser.add_argument("--processes", type=int, default=0)
    parser.add_argument("--tokenizer", choices=["gpt2", "bytes"], default="gpt2")
    parser.add_argument("--kill", type=int, default=0, metavar="TIMES")
    parser.add_argument("--only", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.only:
        prepared(given.only, "again", given)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "in").mkdir()
        make_text(folder / "in", int(given.gigabytes * 1e9))
        watcher = Watcher(sum(source.bytes for source in corpus_sources(str(folder / "in"))))
        began = time.perf_counter()
        try:
            manifest = prepared(folder, "out", given, watcher.progress)
        finally:
            watcher.done.set()
            watcher.thread.join()
        seconds = time.perf_counter() - began
        if given.kill:
            kill_and_go_on(folder, given, seconds)
    size = manifest["counts"]["bytes"]
    tokens = sum(split["tokens"] for split in manifest["splits"].values())
    print(f"{size / 1e9:.2f} GB, {manifest['counts']}, {tokens:,} tokens")
    print(f"{seconds:.0f} s, {size / seconds / 1e6:.1f} MB/s, {tokens / seconds:,.0f} tokens/s")
    print("| largest resident memory, MiB | " + " | ".join(
        f"quarter {n}" for n in range(1, 5)) + " |\n|---|---:|---:|---:|---:|")
    for name, peaks in (("main process", watcher.main), ("largest worker", watcher.workers),
                        ("all together", watcher.together)):
        print(f"| {name} | " + " | ".join(f"{peak / 2**20:.0f}" for peak in peaks) + " |")


if __name__ == "__main__":
    main()
