"""What a server sent -> what a model said, and how that ended."""
import json
from typing import Any, NamedTuple

from .refusals import Unanswered, shortened

__all__ = ["Reply", "reply_of"]


class Reply(NamedTuple):
    """An answer.

    whole is False where the server says that it was cut off at max_tokens;
    tokens: of the question and of the answer, as the server counts; 0 where
    it does not.
    """

    text: str
    whole: bool = True
    tokens: tuple[int, int] = (0, 0)


def reply_of(body: bytes, protocol: str) -> Reply:
    """The answer inside a body of the protocol "openai" or "ollama".

    Raises
    ------
    Unanswered
        Where there is no text in it; to be tried again.
    """
    try:
        sent = json.loads(body)
        if protocol == "ollama":
            text, end = sent["message"]["content"], sent.get("done_reason")
            used = sent
            names = "prompt_eval_count", "eval_count"
        else:
            first = sent["choices"][0]
            text, end = first["message"]["content"], first.get("finish_reason")
            used = sent.get("usage")
            names = "prompt_tokens", "completion_tokens"
        if isinstance(text, str):
            asked, said = (count(used, name) for name in names)
            return Reply(text, end != "length", (asked, said))
    except (ValueError, LookupError, TypeError, AttributeError,
            RecursionError):
        pass
    raise Unanswered("answered something that is no chat: "
                     f"{shortened(body)}", again=True)


def count(used: Any, name: str) -> int:
    """A number of tokens, 0 where none is told."""
    found = used.get(name) if isinstance(used, dict) else None
    return found if isinstance(found, int) and found >= 0 else 0
