"""Who says what, in the order in which it is said."""
from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["EncodedTask", "Turn", "joined", "system_in_question"]


class Turn(NamedTuple):
    """One message of a conversation."""

    role: str       # system, user or assistant
    text: str


class EncodedTask(NamedTuple):
    """A task as token ids, without the end of text.

    earlier: of answers that the question holds, since it goes on with a
    conversation: from which of its tokens to before which they are.
    """

    question: list[int]
    answers: list[list[int]]
    earlier: tuple[tuple[int, int], ...] = ()


def joined(turns: Sequence[Turn]) -> list[Turn]:
    """The same, with messages of one role that follow each other as one."""
    found: list[Turn] = []
    for turn in turns:
        if found and found[-1].role == turn.role:
            turn = Turn(turn.role, f"{found.pop().text}\n\n{turn.text}")
        found.append(turn)
    return found


def system_in_question(turns: Sequence[Turn]) -> list[Turn]:
    """The same, with what the system says in front of the next question:
    for a style that knows no system."""
    return joined([Turn("user" if turn.role == "system" else turn.role,
                        turn.text) for turn in turns])
