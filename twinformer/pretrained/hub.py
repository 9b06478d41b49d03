"""What is published, downloaded once through huggingface_hub.

That library keeps it in its cache, resumes what was interrupted, and obeys
HF_HOME, HF_ENDPOINT (mirrors), HF_TOKEN and HF_HUB_OFFLINE. Large models come
in several files, of which an index tells.
"""
import contextlib
import json
import threading
from collections.abc import Callable
from pathlib import Path

from ..io.remote_file import data_folder
from ..architectures.bert import BERT_PRESETS
from ..models.config import PRESETS
from .formats.registry import REPOSITORIES
from .shards import INDEX, WEIGHTS_FILE

__all__ = ["fetch", "repository", "weights_files"]

HUB = "https://huggingface.co"
PATIENCE = 8.0      # seconds until the hub counts as unreachable
OWN_FILES = {"stories260k": ("stories260K/stories260K.bin",)}   # where they are called otherwise
TOKENIZER = ("tokenizer.json", "tokenizer_config.json")
OWN_TOKENIZERS = {"stories260k": ("stories260K/tok512.model",),
                  **dict.fromkeys(PRESETS, ()),     # GPT-2's lies elsewhere
                  **dict.fromkeys(BERT_PRESETS, (*TOKENIZER, "vocab.txt"))}


def repository(name: str) -> str:
    """Where the hub has the weights of a preset.

    Raises
    ------
    ValueError
        If no preset is called so.
    """
    if name not in REPOSITORIES:
        raise ValueError(f"no preset is called {name!r}: choose one of {', '.join(REPOSITORIES)}")
    return REPOSITORIES[name]


def weights_files(name: str) -> tuple[str, ...]:
    """What the file with a preset's weights, or the index of its files, may be called."""
    return OWN_FILES.get(name, (WEIGHTS_FILE, INDEX))


def fetch(name: str) -> Path:
    """The file with the weights of a preset: of this machine, or downloaded.

    Looked for in $TWINFORMER_DATA/gpt2 (or ~/.cache/twinformer/gpt2), for
    the preset gpt2; in the cache of huggingface_hub; on the hub. Of weights in
    several files it is their index, and they lie beside it.

    Raises
    ------
    ValueError
        If no preset is called so.
    ConnectionError
        Where the hub cannot be reached, or gives this model to those only who
        have accepted its licence; it says what to do.
    """
    repo = repository(name)
    for place in own_places(name):
        if place.is_file():
            return place
    for file in weights_files(name):
        if (found := with_shards(repo, file, cached)) is not None:
            return found
    try:
        return download(name, repo)
    except Exception as problem:    # network errors have no common class here
        if getattr(problem, "errno", None):
            raise                   # the disk is full, or not to be written
        raise ConnectionError(unreachable(name, problem)) from problem


def download(name: str, repo: str) -> Path:
    """Weights, and the tokenizer that lies beside them."""
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError

    first, *others = weights_files(name)
    try:
        check_reachable(repo, first)
        file = first
    except EntryNotFoundError:
        if not others:
            raise
        file = others[0]
    found = with_shards(repo, file, hf_hub_download)
    assert found is not None
    for beside in OWN_TOKENIZERS.get(name, TOKENIZER):
        with contextlib.suppress(EntryNotFoundError):
            hf_hub_download(repo, beside)
    return found


def with_shards(repo: str, file: str, get: Callable[[str, str], str | None]) -> Path | None:
    """The path of a file; of an index, when all that it names are there as well."""
    path = get(repo, file)
    if path is None:
        return None
    if file == INDEX:
        shards = json.loads(Path(path).read_text(encoding="utf-8"))["weight_map"].values()
        if any(get(repo, shard) is None for shard in sorted(set(shards))):
            return None
    return Path(path)


def cached(repo: str, file: str) -> str | None:
    """A file of the library's cache; these never change: there is nothing to ask."""
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(repo, file)
    return found if isinstance(found, str) else None


def own_places(name: str) -> list[Path]:
    """Where a file that was brought by hand is looked for."""
    return [data_folder() / name / Path(file).name for file in weights_files(name)]


def unreachable(name: str, problem: Exception) -> str:
    from huggingface_hub import hf_hub_url
    from huggingface_hub.errors import GatedRepoError

    repo, file = repository(name), weights_files(name)[0]
    reason = str(problem).strip().split("\n")[0].rstrip(".")
    head = (f"the weights of {name} are not on this machine and could not be downloaded "
            f"({type(problem).__name__}: {reason}). ")
    if isinstance(problem, GatedRepoError):
        return head + (f"They are given to those who have accepted their licence: do so at "
                       f"{HUB}/{repo}, and put a token of yours ({HUB}/settings/tokens) into "
                       "HF_TOKEN")
    url = hf_hub_url(repo, file, endpoint=HUB)
    return head + (f"Get {url} on another machine and put it at {own_places(name)[0]}, or name a "
                   "mirror of the hub in HF_ENDPOINT")


def check_reachable(repo: str, file: str) -> None:
    """Ask the hub about a file, once, and wait PATIENCE seconds at most.

    The library itself would try again for minutes. A thread asks, for to
    look an address up may hang where no time limit reaches.

    Raises
    ------
    Exception
        What came instead of an answer; TimeoutError where nothing came.
    """
    from huggingface_hub import get_hf_file_metadata, hf_hub_url
    answer: list[Exception | None] = []

    def ask():
        try:
            get_hf_file_metadata(hf_hub_url(repo, file), timeout=PATIENCE)
            answer.append(None)
        except Exception as problem:
            answer.append(problem)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(PATIENCE)
    problem = answer[0] if answer else TimeoutError(
        f"no answer within {PATIENCE:.0f} s")
    if problem:
        raise problem
