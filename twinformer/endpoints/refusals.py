"""What it means when a server does not answer: wait, go on, or stop.

Sources: RFC 9110, sections 10.2.3 (Retry-After) and 15 (status codes); 529
is what some servers of language models say for "overloaded".
"""
import time
from email.utils import parsedate_to_datetime

from ..io.network import PASSING

__all__ = ["Unanswered", "refusal", "seconds_of", "shortened"]

HINTS = {401: "is the key right?", 402: "is the account empty?",
         403: "is the key right?",
         404: "is the address right, and is there such a model?"}
LONGEST_WAIT = 300.0    # seconds of a Retry-After that we obey


class Unanswered(Exception):
    """No answer came.

    Attributes
    ----------
    again : bool
        Whether the same question may be answered a little later.
    final : bool
        Whether no other question will be answered either.
    wait : float
        Seconds that the server asked us to wait.
    """

    def __init__(self, message: str, again: bool = False,
                 final: bool = False, wait: float = 0.0):
        super().__init__(message)
        self.again, self.final, self.wait = again, final, wait


def refusal(response, body: bytes) -> Unanswered:
    """What an answer that is none means for the next try."""
    status = response.status_code
    words = f"answered {status} {response.reason or ''}".rstrip()
    reason = shortened(body)
    if 300 <= status < 400:
        where = response.headers.get("Location", "elsewhere")
        return Unanswered(f"sends us on to {where[:200]}; give that address",
                          final=True)
    said = ": ".join(filter(None, (words, reason, HINTS.get(status))))
    if status not in PASSING | {529} or "insufficient_quota" in reason:
        return Unanswered(said, final=status in HINTS or status == 429)
    wait = seconds_of(response.headers.get("Retry-After", ""))
    if wait > LONGEST_WAIT:
        return Unanswered(f"{said} and asks to wait {wait:,.0f} s",
                          final=True)
    return Unanswered(said, again=True, wait=wait)


def seconds_of(retry_after: str) -> float:
    """A Retry-After in seconds or as a date (RFC 9110, 10.2.3), else 0"""
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        then = parsedate_to_datetime(retry_after).timestamp()
        return max(0.0, then - time.time())
    except (ValueError, TypeError):
        return 0.0


def shortened(body: bytes) -> str:
    """The beginning of an answer, on one line, for a message"""
    return " ".join(body[:2000].decode("utf-8", "replace").split())[:200]
