"""The four published sizes, downloaded once through huggingface_hub.

That library keeps them in its cache, resumes what was interrupted, and
obeys HF_HOME, HF_ENDPOINT (mirrors), HF_TOKEN and HF_HUB_OFFLINE.
"""
import threading
from pathlib import Path

from ..io.remote_file import data_folder
from ..models.config import preset

__all__ = ["WEIGHTS_FILE", "fetch", "repository"]

WEIGHTS_FILE = "model.safetensors"
HUB = "https://huggingface.co"
PATIENCE = 8.0      # seconds until the hub counts as unreachable


def repository(name: str) -> str:
    """Where the hub has the weights of a preset."""
    preset(name)
    return f"openai-community/{name}"


def fetch(name: str) -> Path:
    """The file with the weights of a preset: of this machine, or downloaded.

    Looked for in $TWINFORMER_DATA/gpt2 (or ~/.cache/twinformer/gpt2), for
    the preset gpt2; in the cache of huggingface_hub; on the hub.

    Raises
    ------
    ValueError
        If no preset is called so.
    ConnectionError
        Where the hub cannot be reached; it says which file to put where.
    """
    from huggingface_hub import hf_hub_download, try_to_load_from_cache

    place = own_place(name)
    if place.is_file():
        return place
    where = repository(name), WEIGHTS_FILE
    cached = try_to_load_from_cache(*where)
    if isinstance(cached, str):     # these files never change: nothing to ask
        return Path(cached)
    try:
        check_reachable(*where)
        return Path(hf_hub_download(*where))
    except Exception as problem:    # network errors have no common class here
        if getattr(problem, "errno", None):
            raise                   # the disk is full, or not to be written
        raise ConnectionError(unreachable(name, problem)) from problem


def own_place(name: str) -> Path:
    """Where a file that was brought by hand is looked for."""
    return data_folder() / name / WEIGHTS_FILE


def unreachable(name: str, problem: Exception) -> str:
    from huggingface_hub import hf_hub_url
    url = hf_hub_url(repository(name), WEIGHTS_FILE, endpoint=HUB)
    reason = str(problem).strip().split("\n")[0].rstrip(".")
    return (f"the weights of {name} are not on this machine and could not be "
            f"downloaded ({type(problem).__name__}: {reason}). Get {url} on "
            f"another machine and put it at {own_place(name)}, or name a "
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
