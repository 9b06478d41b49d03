"""Our BPE beside tiktoken and Hugging Face tokenizers: encoding and training.

    python -m benchmarks.tokenizers english=BOOK,BOOK chinese=NOVEL > FILE

Every argument is a name and its UTF-8 text files; the source code of Python's
standard library is always measured too. GPT-2's vocabulary is looked for as
in ``gpt2_vocabulary``.

All contestants work on one core, take turns, and get whole files. Times are
seconds of processor time of the process, so that other programs on the
machine disturb less; medians of the rounds. Training runs in a process of
its own, so that its peak memory is its own.
"""
import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

from benchmarks.training_step import machine

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

TRAINED = 8192          # size of the vocabularies that are trained here


def standard_library() -> list[str]:
    root = Path(sysconfig.get_path("stdlib"))
    paths = sorted(path for path in root.rglob("*.py")
                   if not {"site-packages", "test", "tests"} & set(path.parts))
    return [path.read_text(encoding="utf-8", errors="replace") for path in paths]


def corpora(arguments: list[str]) -> dict[str, list[str]]:
    found = {}
    for argument in arguments:
        name, _, paths = argument.partition("=")
        found[name] = [Path(path).read_bytes().decode("utf-8") for path in paths.split(",")]
    return found | {"python": ["".join(standard_library())]}


def megabytes(texts: list[str]) -> float:
    return sum(len(text.encode("utf-8")) for text in texts) / 1e6


def head(texts: list[str], size: float) -> list[str]:
    """The first so many megabytes, cut at a character."""
    data = "".join(texts).encode("utf-8")[:int(size * 1e6)]
    return [data.decode("utf-8", "ignore")]


def hugging_face(vocabulary):
    from tokenizers import Tokenizer

    from twinformer.tokenizers.formats.huggingface_files import (
        write_tokenizer_json,
    )
    with tempfile.TemporaryDirectory() as folder:
        write_tokenizer_json(vocabulary, Path(folder) / "tokenizer.json")
        return Tokenizer.from_file(str(Path(folder) / "tokenizer.json"))


def seconds(function, texts) -> float:
    start = time.process_time()
    for text in texts:
        function(text)
    return time.process_time() - start


def encoding_table(vocabularies, texts, rounds: int) -> None:
    from numpy_impl.text.bpe import BPETokenizer
    from torch_impl.text.bpe import BPETokenizer as Twin

    print("| text | vocabulary | tokens | ours, first time | second | third | tiktoken "
          "| Hugging Face | ours / tiktoken, first time | second | third | tables, s |")
    print("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    for name, documents in texts.items():
        for kind, vocabulary in vocabularies(name):
            twin, peer = Twin(*vocabulary), hugging_face(vocabulary)
            times: dict[str, list[float]] = {"first": [], "second": [], "third": [],
                                             "tiktoken": [], "hf": []}
            tables = []
            for _ in range(rounds):
                ours = BPETokenizer(*vocabulary)        # knows no pieces yet
                tables.append(seconds(lambda cache: cache.unreachable, [ours.cache]))
                for turn in ("first", "second", "third"):
                    times[turn].append(seconds(ours.encode_ordinary, documents))
                times["tiktoken"].append(seconds(twin.encode_ordinary, documents))
                times["hf"].append(seconds(peer.encode, documents))
            ids = [ours.encode_ordinary(text) for text in documents]
            assert ids == [twin.encode_ordinary(text) for text in documents]
            if not any("<|endoftext|>" in text for text in documents):
                assert ids == [peer.encode(text).ids for text in documents]
            size = megabytes(documents)
            speed = {who: size / statistics.median(t) for who, t in times.items()}
            print(f"| {name}, {size:.1f} MB | {kind} | {sum(map(len, ids)):,} "
                  + "".join(f"| {speed[who]:.1f} " for who in times)
                  + "".join(f"| {speed[turn] / speed['tiktoken']:.2f} "
                            for turn in ("first", "second", "third"))
                  + f"| {statistics.median(tables):.2f} |", flush=True)


def endless_table(vocabulary) -> None:
    from numpy_impl.text.bpe import BPETokenizer
    from torch_impl.text.bpe import BPETokenizer as Twin

    print("| one piece without a cut | ours, s | tiktoken, s |\n|---|--:|--:|")
    for n in (250_000, 500_000, 1_000_000):
        print(f"| {n:,} letters a | {seconds(BPETokenizer(*vocabulary).encode, ['a' * n]):.2f} "
              f"| {seconds(Twin(*vocabulary).encode, ['a' * n]):.2f} |", flush=True)


TRAINER = """
import json, re, resource, sys, time
text, vocab_size, who = open(sys.argv[1], encoding="utf-8", newline="").read(), int(sys.argv[2]), \
    sys.argv[3]
if who == "ours":
    from numpy_impl.text.bpe import BPETokenizer
    start = time.process_time()
    BPETokenizer.train([text], vocab_size)
else:
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    peer = Tokenizer(models.BPE())
    peer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    start = time.process_time()
    peer.train_from_iterator(text.splitlines(True), trainers.BpeTrainer(
        vocab_size=vocab_size, special_tokens=["<|endoftext|>"], show_progress=False,
        min_frequency=2, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
seconds = time.process_time() - start
try:        # Linux: getrusage would count the parent from before exec
    status = open("/proc/self/status", encoding="utf-8").read()
    peak = int(re.search(r"VmHWM:\\s*(\\d+) kB", status)[1]) * 1024
except OSError:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([seconds, peak / 1e9]))
"""


def trained(texts: list[str], who: str) -> tuple[float, float]:
    """Seconds and peak memory in GB of training a vocabulary."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "text"
        path.write_bytes("".join(texts).encode("utf-8"))
        done = subprocess.run([sys.executable, "-c", TRAINER, str(path), str(TRAINED), who],
                              capture_output=True, text=True, check=True)
    return tuple(json.loads(done.stdout))


def training_table(texts, rounds: int) -> None:
    print("| text | ours, s | ours, GB | Hugging Face, s | Hugging Face, GB |")
    print("|---|--:|--:|--:|--:|")
    for name, documents in texts.items():
        whole = megabytes(documents)
        for size in [s for s in (1.25, 2.5, 5, 10) if s <= whole * 1.02]:
            part = head(documents, size)
            runs = [(trained(part, "ours"), trained(part, "hf")) for _ in range(rounds)]
            ours, hf = (tuple(map(statistics.median, zip(*column))) for column in zip(*runs))
            print(f"| {name}, {size} MB | {ours[0]:.1f} | {ours[1]:.2f} | {hf[0]:.1f} "
                  f"| {hf[1]:.2f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("text", nargs="*", metavar="NAME=FILE,FILE")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only-training", action="store_true")
    options = parser.parse_args()

    import tiktoken
    import tokenizers

    from numpy_impl.text.bpe import BPETokenizer
    from twinformer.tokenizers.formats.gpt2_files import gpt2_vocabulary
    from twinformer.tokenizers.vocabulary import Vocabulary
    gpt2 = gpt2_vocabulary()
    texts = corpora(options.text)

    def vocabularies(name):
        yield "GPT-2", gpt2
        own = BPETokenizer.train(texts[name], TRAINED)
        yield f"its own, {TRAINED}", Vocabulary(own.ranks, "gpt2", own.special_tokens)

    print("# Tokenizers, side by side\n")
    command = " ".join(f"{text.partition('=')[0]}=..." for text in options.text)
    print(f"    python -m benchmarks.tokenizers {command} --rounds {options.rounds}\n")
    print(f"{machine()}, {platform.system()}, Python "
          f"{platform.python_version()}, tiktoken {tiktoken.__version__}, tokenizers "
          f"{tokenizers.__version__}. One core each, taking turns; medians of processor time.\n")
    if not options.only_training:
        print("## Encoding, megabytes of UTF-8 a second\n")
        print('"First time": our tokenizer has seen no text before. What comes back is\n'
              "remembered: English at once, Chinese, whose pieces are whole phrases, from its\n"
              "second time on.\n"
              "Not counted: the tables of its fast branch, made once for a vocabulary, with the\n"
              "first long text. The ids of all contestants are compared.\n")
        encoding_table(vocabularies, texts, options.rounds)
        print("\n## No growth out of hand\n")
        endless_table(gpt2)
    print(f"\n## Training a vocabulary of {TRAINED}\n")
    training_table(texts, max(1, options.rounds // 2))


if __name__ == "__main__":
    main()
