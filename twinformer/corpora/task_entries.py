"""One entry of a file of tasks, in any form that people have -> its fields.

    instruction, input, output          Alpaca; also context, response (Dolly)
    prompt, completion                  OpenAI's older form, TRL
    messages | conversations            chats: see conversations.py
    prompt, chosen, rejected            pairs; each a text or a list of
                                        messages, or a message; the prompt
                                        may be left out where they begin with
                                        it, or be a chat of its own

What is null is as if it were left out.
"""
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from .conversations import (
    Exchange, first_exchange, last_exchange, role_of,
)
from .turns import Turn

__all__ = ["PairEntry", "TaskEntry", "pair_of", "task_of"]

QUESTIONS = ("instruction", "prompt", "question", "query")
INPUTS = ("input", "context")
ANSWERS = ("output", "completion", "response", "answer")
CHATS = ("messages", "conversations", "conversation")


class TaskEntry(NamedTuple):
    """instruction, input and output; output is None where there is none.

    longer: more follows in the conversation, and is left out.
    history: what was said before the question.
    """

    instruction: str
    input: str
    output: str | None
    longer: bool = False
    history: tuple[Turn, ...] = ()


class PairEntry(NamedTuple):
    """A task with two answers; longer: more came before them or after."""

    task: TaskEntry
    chosen: str
    rejected: str
    longer: bool


def task_of(entry: Any, where: str, whole: bool = False,
            answered: bool = True) -> TaskEntry:
    """A task, whatever its form.

    Parameters
    ----------
    whole
        Whether of a conversation all is taken, up to its last answer, and
        not only the first question and its answer.
    answered
        Whether a last question without an answer is left out of the whole.

    Raises
    ------
    ValueError
        If there is no question in it, or something that is no text.
    """
    fields = known_fields(entry, where)
    if chat := first(fields, CHATS):
        system = fields.get("system")
        system = system if isinstance(system, str) else ""
        found = (last_exchange(fields[chat], where, system, answered=answered)
                 if whole else first_exchange(fields[chat], where, system))
        return TaskEntry(found.question, "", found.answer, found.longer,
                         found.history)
    asked, answer = first(fields, QUESTIONS), first(fields, ANSWERS)
    if not asked:
        raise no_task(where, "texts instruction, input, output (or prompt, "
                      "completion; or messages)", entry)
    question, longer = words(fields[asked], where, asked, first_question)
    about = first(fields, INPUTS)
    given = words(fields[about], where, about)[0] if about else ""
    if not answer:
        return TaskEntry(question, given, None, longer)
    output, more = words(fields[answer], where, answer, last_answer)
    return TaskEntry(question, given, output, longer or more)


def pair_of(entry: Any, where: str) -> PairEntry:
    """A task and two answers to it; output is the chosen one where there is
    no other.

    Raises
    ------
    ValueError
        If one of the answers is missing, or the question.
    """
    fields = known_fields(entry, where)
    if not {"chosen", "rejected"} <= fields.keys():
        raise no_task(where, "texts instruction, input, output, chosen, "
                      "rejected (or prompt, chosen, rejected)", entry)
    chosen, more = words(fields["chosen"], where, "chosen", last_answer)
    rejected, other = words(fields["rejected"], where, "rejected", last_answer)
    task = asked_in_pair(fields, where)
    task = task._replace(output=chosen if task.output is None else task.output)
    return PairEntry(task, chosen, rejected, more or other or task.longer)


def asked_in_pair(fields: dict[str, Any], where: str) -> TaskEntry:
    """The task of a pair; the answers may begin with it."""
    if first(fields, QUESTIONS):    # chats beside it repeat the chosen answer
        return task_of({name: value for name, value in fields.items()
                        if name not in CHATS}, where)
    if first(fields, CHATS) or not begins_with_question(fields["chosen"]):
        return task_of(fields, where)
    question = first_exchange(fields["chosen"], where).question
    if not (begins_with_question(fields["rejected"]) and first_exchange(
            fields["rejected"], where).question == question):
        raise ValueError(f"{where}: chosen and rejected answer different "
                         "questions")
    return TaskEntry(question, "", None)


def known_fields(entry: Any, where: str) -> dict[str, Any]:
    """The fields that are not null."""
    if not isinstance(entry, Mapping):
        raise ValueError(f"{where}: expected texts instruction, input, "
                         f"output, got {entry!r:.200}")
    return {name: value for name, value in entry.items() if value is not None}


def first(fields: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    """The first of these names that is there."""
    return next((name for name in names if name in fields), None)


def words(value: Any, where: str, name: str,
          of_chat: Callable[[Any, str], tuple[str, bool]] | None = None
          ) -> tuple[str, bool]:
    """A field's text, and whether it was a part of something longer."""
    if isinstance(value, str):
        return value, False
    if isinstance(value, list | dict) and of_chat:
        return of_chat(value if isinstance(value, list) else [value], where)
    raise ValueError(f"{where}: expected a text in the field {name!r}, got "
                     f"{value!r:.80}")


def first_question(messages: list, where: str) -> tuple[str, bool]:
    """Of a prompt: more than one question needs the answers between."""
    found = first_exchange(messages, where)
    return found.question, found.answer is not None


def last_answer(messages: list, where: str) -> tuple[str, bool]:
    """Of an answer, which may repeat the question."""
    asked = [] if begins_with_question(messages) else [
        {"role": "user", "content": ""}]
    found: Exchange = first_exchange([*asked, *messages], where)
    if found.answer is None:
        raise ValueError(f"{where}: there is no message of the assistant in "
                         f"{messages!r:.120}")
    return found.answer, found.longer


def begins_with_question(messages: Any) -> bool:
    """Whether it is a conversation whose first message is no answer."""
    return (isinstance(messages, list) and bool(messages)
            and role_of(messages[0]) in ("user", "system"))


def no_task(where: str, expected: str, entry: Any) -> ValueError:
    return ValueError(f"{where}: expected {expected}, got {entry!r:.200}")
