"""Which tokens of a conversation are the assistant's: what is to be learned.

A template writes all of a conversation at once. There are two ways to tell
what in it are answers:

    {% generation %} ... {% endgeneration %}     the template says it; or
    what it writes up to a question, asking      the beginning of
    what it writes up to the answer              what the answer adds to it

The second needs a template that does not change what it wrote before. Where
it changes earlier answers (Qwen3 takes thoughts out of them) every answer is
learned by itself, after what the model is given when it is asked for it.
"""
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from ..corpora.records import Instruction, turns_of_task
from ..corpora.turns import EncodedTask, Turn
from ..tokenizers.tokenizer import Tokenizer
from .guard import Guard, unused_marks

__all__ = ["Writing", "parted"]

MARKED = re.compile(r"\{%-?\s*generation\s*-?%\}")


class Written(NamedTuple):
    """What a template made of a conversation, with the marks of a Guard."""

    text: str
    spans: list[tuple[int, int]]    # what {% generation %} encloses


class Writing:
    """One conversation in the making.

    Parameters
    ----------
    template : ChatTemplate
    tokenizer
    turns
        All that anybody says in it.
    """

    def __init__(self, template, tokenizer: Tokenizer,
                 turns: Sequence[Turn]):
        marks = unused_marks(
            [template.source, *(turn.text for turn in turns)], 4)
        self.template, self.marks = template, (marks[2], marks[3])
        self.guard = guard_of(tokenizer, template.source, *marks[:2])
        self.says_answers = bool(MARKED.search(template.source))

    def ids(self, turns: Sequence[Turn], asks: bool) -> list[int]:
        return self.guard.encode(self.write(turns, asks).text)

    def encoded(self, turns: Sequence[Turn],
                answers: Sequence[Turn]) -> EncodedTask:
        """See ChatTemplate.encoded."""
        question, earlier = self.write(turns, asks=True)
        found = []
        for answer in answers:
            whole = self.write([*turns, answer])
            start, stop = self.answer_span(question, whole)
            question, earlier = whole.text[:start], whole.spans[:-1]
            found.append(self.guard.encode(whole.text[start:stop]))
        if not self.says_answers:
            earlier = earlier_spans(self.write, turns, question, self.end_of)
        ids: list[int] = []
        places, at = [], 0
        for start, stop in earlier:
            ids += self.guard.encode(question[at:start])
            begin = len(ids)
            ids += self.guard.encode(question[start:stop])
            places.append((begin, len(ids)))
            at = stop
        return EncodedTask(ids + self.guard.encode(question[at:]), found,
                           tuple(places))

    def write(self, turns: Sequence[Turn], asks: bool = False) -> Written:
        guarded = [turn._replace(text=self.guard.marked(
            turn.text, own=turn.role == "assistant")) for turn in turns]
        text = self.template.text(guarded, asks=asks, marks=self.marks)
        return without_marks(text, *self.marks)

    def answer_span(self, asked: str, whole: Written) -> tuple[int, int]:
        """Where the last answer stands, with the sign that ends it."""
        origin = self.template.origin
        if self.says_answers:
            if not whole.spans:
                raise ValueError(f"{origin} has {{% generation %}}, but not "
                                 "around an answer")
            return whole.spans[-1]
        same = common(asked, whole.text)
        if asked[same:].strip():    # one space more or less is forgiven
            was, now = (self.guard.read(text[same:same + 40])
                        for text in (asked, whole.text))
            raise ValueError(
                f"{origin} writes {was!r} at the end of a question, and "
                f"{now!r} in its place once there is an answer: so which "
                "tokens are the answer's is not known. The template may say "
                "it, by {% generation %} and {% endgeneration %} around what "
                "the assistant says; or take another --template, such as "
                "chatml")
        return same, self.end_of(whole.text, same)

    def end_of(self, text: str, start: int) -> int:
        """Behind the sign that ends an answer: what follows begins the next
        message, and nobody waits for it."""
        sign = self.template.after_response
        place = text.rfind(sign, start) if sign else -1
        return len(text) if place < 0 else place + len(sign)


def earlier_spans(write, turns: Sequence[Turn], question: str, end_of
                  ) -> list[tuple[int, int]]:
    """Where in a question the earlier answers stand; none where one of them
    is written in another way than when it was the last."""
    spans = []
    for number, turn in enumerate(turns):
        if turn.role == "assistant":
            before = write(turns[:number], asks=True).text
            after = write(turns[:number + 1]).text
            same = common(before, after)
            if before[same:].strip() or not question.startswith(after):
                return []
            spans.append((same, end_of(after, same)))
    return spans


def parted(template, task: Instruction) -> list[Instruction]:
    """See ChatTemplate.parted."""
    turns = turns_of_task(task)
    answers = [i for i, turn in enumerate(turns) if turn.role == "assistant"]
    if not answers or MARKED.search(template.source):
        return [task]

    def write(turns, asks=False):
        return Written(template.text(turns, asks=asks), [])

    if earlier_spans(write, turns, template.text(turns, asks=True),
                     lambda text, start: len(text)):
        return [task]
    return [Instruction(turns[i - 1].text, "", turns[i].text,
                        tuple(turns[:i - 1])) for i in answers] + [task]


def without_marks(text: str, start: str, stop: str) -> Written:
    """The text without these marks, and what stood between them."""
    spans, parts, at, begin = [], [], 0, 0
    for part in re.split(f"([{start}{stop}])", text):
        if part == start:
            begin = at
        elif part == stop:
            spans.append((begin, at))
        else:
            parts.append(part)
            at += len(part)
    return Written("".join(parts), spans)


def common(a: str, b: str) -> int:
    """How many characters both begin with."""
    return next((i for i, (c, d) in enumerate(zip(a, b)) if c != d),
                min(len(a), len(b)))


@lru_cache(8)
def guard_of(tokenizer: Tokenizer, source: str, *marks: str) -> Guard:
    return Guard(tokenizer, source, list(marks))
