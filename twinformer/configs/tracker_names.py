"""--log: the trackers that a run tells what it measures."""
from difflib import get_close_matches

__all__ = ["TRACKERS", "tracker_names"]

TRACKERS = ("tensorboard", "trackio", "wandb")


def tracker_names(text: str) -> tuple[str, ...]:
    """ "tensorboard,wandb" -> ("tensorboard", "wandb"); "" and "none" -> ()

    Raises
    ------
    ValueError
        For a name that is none of theirs; it says which one is near.
    """
    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    if names == ["none"]:
        return ()
    for name in names:
        if name not in TRACKERS:
            near = get_close_matches(name, TRACKERS, 1, 0.5)
            known = ", ".join(TRACKERS)
            raise ValueError(
                f"there is no tracker {name!r}; did you mean {near[0]}? "
                f"(trackers: {known})" if near else
                f"there is no tracker {name!r} (trackers: {known})")
    return tuple(dict.fromkeys(names))
