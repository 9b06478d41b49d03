"""twinformer data prepare: choose a tokenizer, show how far it is."""
import time
from contextlib import contextmanager
from pathlib import Path

from ...io.paths import expanded
from ...io.shell_words import command_line

__all__ = ["prepare_corpora"]


def prepare_corpora(arguments) -> None:
    """Prepare one corpus, or several as one."""
    from ...corpora.sources import corpus_sources
    from ...prepare.prepare import prepare

    from .command import download_bar

    name = " ".join(arguments.corpora)
    folder = expanded(arguments.folder or default_folder(arguments))
    sources = []
    with download_bar(name) as bar:
        for corpus in arguments.corpora:
            ids = arguments.ids if corpus == "gutenberg" else ()
            sources += corpus_sources(corpus, ids, note=print, progress=bar,
                                      text_field=arguments.prepare.text_field)
    tokenizer = choose_tokenizer(arguments, sources, folder)
    total = sum(source.bytes for source in sources)
    if not all(source.bytes for source in sources):
        total = 0       # a part of unknown size: no percentage, no guess
    began = time.monotonic()
    with counting(total) as progress:
        manifest = prepare(sources, tokenizer, folder, arguments.prepare, name=name,
                           progress=progress)
    counts, splits = manifest["counts"], manifest["splits"]
    left_out = [f"{counts[reason]:,} {reason}" for reason in (
        "empty", "exact duplicates", "near-duplicates") if counts[reason]]
    print(f"{counts['documents']:,} documents, {counts['bytes']:,} bytes"
          + (f", left out: {', '.join(left_out)}" if left_out else ""))
    print(f"{splits['train']['tokens']:,} tokens to train on, "
          f"{splits['validation']['tokens']:,} for validation, of a vocabulary of "
          f"{manifest['vocab_size']:,}, in {time.monotonic() - began:.1f} s")
    print("train on it  " + command_line("train", folder))


def default_folder(arguments) -> Path:
    """prepared/CORPUS-TOKENIZER below the folder of the downloads."""
    from ...io.remote_file import data_folder

    words = [Path(corpus).name.split(".")[0] or "corpus" for corpus in arguments.corpora]
    kind = arguments.tokenizer
    kind = (f"{kind}{arguments.vocab_size}" if kind in ("bpe", "wordpiece")
            else Path(kind).name.split(".")[0])
    return data_folder() / "prepared" / "-".join([*words, kind])


def choose_tokenizer(arguments, sources, folder: Path):
    """The tokenizer that was asked for, learned from the corpus where it is bpe or wordpiece.

    Raises ValueError or FileNotFoundError where there is none.
    """
    from ...tokenizers.formats.gpt2_files import gpt2_vocabulary
    from ...prepare.tokenizer_sample import tokenizer_sample

    from ...backend import byte_pair_encoding, load_tokenizer
    from ...tokenizers.byte_tokenizer import ByteTokenizer
    from ...tokenizers.wordpiece import WordPiece

    BPETokenizer = byte_pair_encoding()
    kind = arguments.tokenizer
    if kind == "gpt2":
        return BPETokenizer(*gpt2_vocabulary())
    if kind == "bytes":
        return ByteTokenizer()
    if kind in ("bpe", "wordpiece"):
        learned = folder / "tokenizer.json"
        if learned.exists():    # of the preparation that goes on, or is done
            tokenizer = load_tokenizer(learned)
            if (tokenizer.kind, tokenizer.vocab_size) == (kind, arguments.vocab_size):
                return tokenizer
        what, learner = (("byte pairs", BPETokenizer) if kind == "bpe"
                         else ("pieces of words", WordPiece))
        print(f"learning {arguments.vocab_size:,} {what} from the corpus")
        sample = tokenizer_sample(sources, arguments.prepare, arguments.tokenizer_sample)
        found = learner.train(sample, arguments.vocab_size, at_most=True)
        if found.vocab_size < arguments.vocab_size:
            print(f"the text has pairs for a vocabulary of {found.vocab_size:,} tokens, not "
                  f"{arguments.vocab_size:,}")
        if learned.exists() and found.to_dict() != tokenizer.to_dict():
            raise ValueError(f"{folder} has a {tokenizer.kind} tokenizer of "
                             f"{tokenizer.vocab_size} tokens, not one of {found.vocab_size} that "
                             f"is {kind}; choose another --folder")
        return found
    path = expanded(kind)
    if not path.exists():
        raise FileNotFoundError(f"there is no tokenizer {kind}; expected bpe, wordpiece, gpt2, "
                                "bytes or the path of a tokenizer.json, of a tokenizer.model or "
                                "of the folder of a model")
    return load_tokenizer(path)


@contextmanager
def counting(total: int):
    """A bar on a terminal, a line every half minute elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    line = "{total:.1f} MB" if total else "unknown size"
    with Progress(TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(),
                  console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("reading", total=total or None)
        shown = time.monotonic()

        def progress(counts: dict[str, int]) -> None:
            nonlocal shown
            now = time.monotonic()
            pause = 0.2 if console.is_terminal else 30.0
            if now - shown < pause:
                return
            shown = now
            text = (f"{counts['documents']:,} documents, {counts['bytes'] / 1e6:,.1f} MB of "
                    + line.format(total=total / 1e6))
            bar.update(task, completed=counts["bytes"], description=text)
            if not console.is_terminal:
                print(text, flush=True)
        yield progress
