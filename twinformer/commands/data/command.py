"""Corpora: see what there is, get it, and prepare it for training.

  twinformer data list                       the corpora that are known
  twinformer data get tinyshakespeare        download; what is there is kept
  twinformer data get gutenberg --ids 84 345
  twinformer data show sms-spam              what it is, and how it begins
  twinformer data prepare tinyshakespeare --tokenizer gpt2
  twinformer data prepare books/ web.jsonl.zst --folder prepared/mine
  twinformer data show prepared/mine         what a prepared folder holds

A prepared folder is trained on with: twinformer train FOLDER. It may
be larger than memory. An interrupted preparation goes on where
it stopped: give the same command again. Downloads are kept in the folder that
TWINFORMER_DATA names (default ~/.cache/twinformer); proxies are taken from
HTTPS_PROXY and NO_PROXY.
"""
from pathlib import Path
from typing import Literal

from ...io.shell_words import command_line
from ...prepare.prepare_options import PrepareOptions

__all__ = ["add_arguments", "run"]


def add_arguments(parser) -> None:
    """One action, its corpora, and the fields of PrepareOptions."""
    parser.add_argument("action", type=Literal["list", "get", "prepare", "show"],
                        help="What to do.")
    parser.add_argument("corpora", nargs="*", metavar="CORPUS",
                        help="Names of the list, files, or folders of .txt, .md, .jsonl and "
                             ".parquet files, plain or as .gz and .zst.")
    parser.add_argument("--ids", type=list[int], default=[],
                        help="With gutenberg: numbers of Project Gutenberg's books.")
    parser.add_argument("--folder", type=str, default="",
                        help="Where prepare puts the tokens; left out, below TWINFORMER_DATA.")
    parser.add_argument("--tokenizer", type=str, default="bpe",
                        help="What cuts the text: bpe or wordpiece, learned from the corpus; "
                             "gpt2, that of GPT-2; bytes; or a path: of a tokenizer.json of a run "
                             "or of Hugging Face, of a tokenizer.model, of a model's folder.")
    parser.add_argument("--vocab_size", type=int, default=8192,
                        help="Tokens of the bpe or wordpiece tokenizer.")
    parser.add_argument("--tokenizer_sample", type=int, default=10_000_000,
                        help="Characters of the corpus from which bpe learns.")
    parser.add_argument("--verify", type=bool, default=False,
                        help="With show: read a prepared folder whole and compare its digests.")
    parser.meant = {"data": "corpora", "corpus": "corpora"}
    parser.add_class_arguments(PrepareOptions, "prepare")


def run(arguments) -> int | None:
    """Do the action."""
    from ..console import never_fail_to_print

    never_fail_to_print()
    if arguments.action == "list":
        list_corpora()
        return None
    if not arguments.corpora:
        raise ValueError(f"data {arguments.action} expects a corpus; twinformer data list "
                         "shows what there is")
    if arguments.action == "get":
        for name in arguments.corpora:
            get(name, arguments.ids)
    elif arguments.action == "prepare":
        from .preparing import prepare_corpora
        prepare_corpora(arguments)
    else:
        for name in arguments.corpora:
            show(name, arguments)
    return None


def list_corpora() -> None:
    """One line for each corpus of the catalog."""
    from ...corpora.catalog import load_catalog
    from ...io.remote_file import data_folder

    catalog = load_catalog()
    print(f"{'name':<17} {'size':>7}  {'where':<10} {'licence':<14} what it is")
    for entry in catalog.values():
        if entry.samples or entry.parser == "standard-library":
            where = "built in"
        elif entry.hub:
            where = "streamed"
        else:
            there = all(file.local.exists() for file in entry.files)
            where = "downloaded" if there else "to get"
        licence = entry.licence if len(entry.licence) <= 14 else entry.licence[:12] + ".."
        print(f"{entry.name:<17} {entry.size:>7}  {where:<10} {licence:<14} {entry.about}")
    print(f"\ndownloads are kept in {data_folder()}; any file or folder of text is a corpus too")


def get(name: str, ids: list[int]) -> None:
    """Download what is missing; print where everything is."""
    from ...corpora.catalog import catalog_entry
    from ...corpora.sources import corpus_files

    entry = catalog_entry(name)
    if entry.hub:
        raise ValueError(f"{name} ({entry.size}) is streamed while it is prepared: "
                         + command_line("data", "prepare", name))
    if entry.parser == "standard-library":
        print(f"{name} is part of Python, there is nothing to get")
        return
    with download_bar(name) as progress:
        files = corpus_files(entry, ids, progress=progress)
    for path in files:
        print(f"{path}  {path.stat().st_size:,} bytes")


def download_bar(name: str):
    """A bar on a terminal; a context manager that gives (done, total) -> None"""
    from contextlib import contextmanager

    from rich.console import Console
    from rich.progress import DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    @contextmanager
    def bar():
        console = Console(stderr=True)
        columns = TextColumn(name), DownloadColumn(), TransferSpeedColumn()
        with Progress(*columns, console=console, transient=True,
                      disable=not console.is_terminal) as progress:
            task = progress.add_task("", total=None)
            yield lambda done, total: progress.update(
                task, completed=done, total=total or None)
    return bar()


def show(name: str, arguments) -> None:
    """A prepared folder, or an entry of the catalog and how it begins."""
    from ...corpora.catalog import catalog_entry
    from ...prepare.prepared import is_prepared

    if is_prepared(name):
        show_prepared(Path(name), arguments.verify)
        return
    if Path(name).exists():
        show_beginning(name, arguments.prepare.text_field)
        return
    entry = catalog_entry(name)
    print(f"{entry.name}: {entry.about}\nlicence  {entry.licence}\nsize     {entry.size}")
    for file in entry.files:
        here = "" if file.local.exists() else "  (not there yet)"
        print(f"file     {file.local}{here}\n         sha256 {file.sha256}")
        for url in file.urls:
            print(f"         {url}")
    if entry.hub:
        print(f"streamed from huggingface.co/datasets/{entry.hub['path']}")
    elif all(file.local.exists() for file in entry.files):
        show_beginning(name, arguments.prepare.text_field)
    else:
        print("get it   " + command_line("data", "get", name))


def show_beginning(name: str, text_field: str) -> None:
    from ...corpora.sources import corpus_sources
    from ...corpora.readers import ReadOptions

    sources = corpus_sources(name, note=print, text_field=text_field)
    print(f"sources  {len(sources)}\n")
    for passage in sources[0].read(ReadOptions(text_field=text_field)):
        print(f"{passage.name}:\n{passage.text[:500]}")
        break


def show_prepared(folder: Path, verify: bool) -> None:
    from ...generation.streaming import whole_text
    from ...prepare.prepared import PreparedCorpus

    corpus = PreparedCorpus(folder, verify)
    manifest = corpus.manifest
    print(f"{folder}: {manifest['name'] or 'a prepared corpus'}"
          + (", every digest compared" if verify else ""))
    print(f"vocabulary   {manifest['vocab_size']:,} tokens")
    for split in ("train", "validation"):
        record = manifest["splits"][split]
        print(f"{split:<12} {record['tokens']:,} tokens in {len(record['shards'])} files, "
              f"{record['stretches']:,} stretches of text")
    for name, count in manifest["counts"].items():
        print(f"{name:<12} {count:,}")
    print("\n" + whole_text(corpus.tokenizer, corpus.train[:120]))
