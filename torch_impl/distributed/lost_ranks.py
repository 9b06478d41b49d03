"""A rank fails or is gone, and all the others fail with it: which of them is
to speak, and in which words.
"""
import os

from twinformer.ranks import current_ranks

__all__ = ["first_to_fail", "lost_in_words"]


def first_to_fail() -> bool:
    """Whether no other rank has failed before; where they have not met yet,
    the first one of each machine speaks."""
    ranks = current_ranks()
    if ranks.size == 1:
        return os.environ.get("LOCAL_RANK", "0") == "0"
    return ranks.first_to_fail()


def lost_in_words(problem: BaseException) -> OSError | None:
    """A broken connection in words; None for any other problem."""
    said = str(problem)
    broken = ("Connection closed by peer", "Connection reset", "gloo/",
              "Timed out waiting", "NCCL")
    if not isinstance(problem, RuntimeError) or not any(
            word in said for word in broken):
        return None
    ranks = current_ranks()
    return ConnectionError(
        f"rank {ranks.rank} of {ranks.size} waited for the others, and one "
        f"of them is gone or did not come "
        f"({said.splitlines()[0][:200]})")
