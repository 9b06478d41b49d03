"""A conversation as a file, in the words of OpenAI and Hugging Face:

    {"messages": [{"role": "user", "content": "..."}, ...]}
"""
import json
from collections.abc import Sequence
from pathlib import Path

from ..corpora.turns import Turn
from ..io.files import write_atomically
from ..io.paths import expanded
from ..io.strict_json import json_text
from ..io.text_files import read_text

__all__ = ["read_conversation", "save_conversation"]

ROLES = ("system", "user", "assistant")


def save_conversation(path: str | Path, turns: Sequence[Turn]) -> Path:
    """Write it, all or nothing; the file, which an earlier save may have written already.

    Raises
    ------
    FileExistsError
        Another file is there, which is no saved conversation.
    """
    target = expanded(str(path))
    if target.exists():
        try:
            read_conversation(target)
        except (OSError, ValueError):
            raise FileExistsError(f"{target} exists, and is no saved conversation; choose "
                                  "another name") from None
    write_atomically(target, json_text(
        {"messages": [{"role": turn.role, "content": turn.text} for turn in turns]},
        ensure_ascii=False, indent=1) + "\n")
    return target


def read_conversation(path: str | Path) -> list[Turn]:
    """What save_conversation wrote, or a list of messages without anything around it.

    Raises
    ------
    FileNotFoundError, ValueError
        There is no such file, or it holds something else.
    """
    target = expanded(str(path))
    try:
        content = json.loads(read_text(target))
        messages = content["messages"] if isinstance(content, dict) else content
        turns = [Turn(message["role"], message["content"]) for message in messages]
        if not all(role in ROLES and isinstance(text, str) for role, text in turns):
            raise ValueError
    except (ValueError, LookupError, TypeError):
        raise ValueError(
            f"{target} is no saved conversation; expected "
            '{"messages": [{"role": "user", "content": "..."}, ...]} with the roles '
            f"{', '.join(ROLES)}") from None
    return turns
