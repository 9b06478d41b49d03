"""A user's mistake in one line: what was expected, what came, which file."""
import errno

__all__ = ["in_one_line"]

# What the system says in its own words -> what that means for a file
MEANINGS = {
    errno.ENOENT: "there is no file or folder {name}",
    errno.EISDIR: "{name} is a folder; expected a file",
    errno.ENOTDIR: "{name} is below a file, not a folder",
    errno.EACCES: "{name} may not be read or written by you: permission denied",
    errno.EPERM: "{name} may not be changed by you: operation not permitted",
    errno.EROFS: "{name} is on a disk that cannot be written to",
    errno.ENOSPC: "the disk is full, at {name}; make room, or name a folder on another disk",
    errno.EDQUOT: "your share of the disk is used up, at {name}; make room",
    errno.EEXIST: "{name} exists already",
    errno.ENAMETOOLONG: "the name {name} is too long for this disk",
}


def in_one_line(mistake: BaseException) -> str:
    """The message, its notes behind it, without line breaks."""
    notes = getattr(mistake, "__notes__", [])
    return " ".join("; ".join([said(mistake), *notes]).split())


def said(mistake: BaseException) -> str:
    """The message of an exception; the system's own ones in words."""
    if isinstance(mistake, OSError) and mistake.errno in MEANINGS and mistake.strerror:
        name = mistake.filename2 or mistake.filename
        return MEANINGS[mistake.errno].format(name=name or "a file")
    return str(mistake)
