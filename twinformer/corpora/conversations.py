"""Conversations as chat programs keep them -> a question and its answer.

    [{"role": "user", "content": ...}, {"role": "assistant", ...}]   OpenAI
    [{"from": "human", "value": ...}, {"from": "gpt", ...}]          ShareGPT

Of the first exchange a system message is put in front of the question; before
the last one all stands that was said, by whom it was said.
"""
from typing import Any, NamedTuple

from .turns import Turn, joined

__all__ = ["Exchange", "first_exchange", "last_exchange", "role_of"]

ROLES = {"user": "user", "human": "user", "prompter": "user",
         "assistant": "assistant", "gpt": "assistant", "chatgpt": "assistant",
         "bot": "assistant", "model": "assistant",
         "system": "system", "developer": "system"}


class Exchange(NamedTuple):
    """What is asked and answered, whether more comes after it, and what
    stands before it."""

    question: str
    answer: str | None      # None where the conversation ends with a question
    longer: bool
    history: tuple[Turn, ...] = ()


def first_exchange(messages: Any, where: str, system: str = "") -> Exchange:
    """The first question of a conversation with its answer.

    Parameters
    ----------
    messages
        What a file holds: it may be anything.
    where
        File and entry, for messages.
    system
        What stands before the conversation.

    Raises
    ------
    ValueError
        If it is no conversation, or does not begin with a question.
    """
    turns = turns_of(messages, where)
    before = [system] if system else []
    while turns and turns[0][0] == "system":
        before.append(turns.pop(0)[1])
    asked = []
    while turns and turns[0][0] == "user":
        asked.append(turns.pop(0)[1])
    if not asked:
        raise ValueError(f"{where}: expected a conversation that begins with "
                         "a message of the user"
                         + (f", got one of the {turns[0][0]}" if turns
                            else ", got none"))
    answered = []
    while turns and turns[0][0] == "assistant":
        answered.append(turns.pop(0)[1])
    return Exchange("\n\n".join(before + asked),
                    "\n\n".join(answered) if answered else None, bool(turns))


def last_exchange(messages: Any, where: str, system: str = "", *,
                  answered: bool = True) -> Exchange:
    """The last question of a conversation with its answer, and all before.

    Parameters
    ----------
    answered
        Whether a question at the end that nobody answers is left out.
    messages, where, system
        As for first_exchange; so are the errors.
    """
    turns = joined([Turn(*turn) for turn in turns_of(messages, where)])
    if system:
        turns = joined([Turn("system", system), *turns])
    speakers = [turn.role for turn in turns]
    first_exchange(messages, where)     # raises where it begins otherwise
    if answered and "assistant" in speakers:
        while turns[-1].role != "assistant":
            turns.pop()
    while turns[-1].role == "system":
        turns.pop()
    answer = turns.pop().text if turns[-1].role == "assistant" else None
    if not turns or turns[-1].role != "user":
        raise ValueError(f"{where}: the last answer follows no question")
    return Exchange(turns[-1].text, answer, False, tuple(turns[:-1]))


def turns_of(messages: Any, where: str) -> list[tuple[str, str]]:
    """(role, text) of each message; an empty system message is none."""
    if not isinstance(messages, list):
        raise ValueError(f"{where}: expected a list of messages, got "
                         f"{messages!r:.80}")
    turns = []
    for message in messages:
        if not isinstance(message, dict):
            raise ValueError(f"{where}: expected messages such as "
                             '{"role": "user", "content": "..."}, got '
                             f"{message!r:.80}")
        role = role_of(message)
        if role is None:
            raise ValueError(f"{where}: a message of {name_of(message)!r}; "
                             "expected user, assistant or system (human, gpt)")
        text = text_of(message, where)
        if text.strip() or role != "system":
            turns.append((role, text))
    return turns


def role_of(message: Any) -> str | None:
    """user, assistant, system; None where it is of nobody we know."""
    name = name_of(message) if isinstance(message, dict) else None
    return ROLES.get(name.lower()) if isinstance(name, str) else None


def name_of(message: dict) -> Any:
    return message.get("role") or message.get("from")


def text_of(message: dict, where: str) -> str:
    """The words of a message, which may come in parts."""
    content = message.get("content")
    content = message.get("value") if content is None else content
    if isinstance(content, list) and all(
            isinstance(part, dict) and isinstance(part.get("text"), str)
            for part in content):
        content = "".join(part["text"] for part in content)
    if not isinstance(content, str):
        raise ValueError(f"{where}: expected a message with a text, got "
                         f"{message!r:.120}")
    return content
