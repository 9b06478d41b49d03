"""Questions to a model, of which none is asked twice.

Every answer is in the log before it is used. What comes after it, all
filtering and every later question, follows from the answers alone: a run that
was killed comes, by the log, to where it was, and goes on from there.
"""
import threading
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from ..endpoints.answer_log import AnswerLog, question_key
from ..endpoints.endpoint import Endpoint
from ..endpoints.refusals import Unanswered
from ..endpoints.reply import Reply
from ..endpoints.workers import Workers
from .tally import Tally

__all__ = ["Asker", "Question"]


class Question(NamedTuple):
    """What a user says; draw tells several answers to the same apart."""

    prompt: str
    draw: int = 0


class Asker:
    """Asks an endpoint, several questions at once.

    Parameters
    ----------
    endpoint : Endpoint
    log : AnswerLog
    workers : Workers
        No answer depends on how many they are.
    tally : Tally
    """

    def __init__(self, endpoint: Endpoint, log: AnswerLog, workers: Workers,
                 tally: Tally):
        self.endpoint, self.log = endpoint, log
        self.workers, self.tally = workers, tally
        self.turn = threading.Lock()

    def replies(self, questions: Sequence[Question],
                for_good: bool = False) -> list[Reply | None]:
        """The answer to each question, None where none came.

        Parameters
        ----------
        for_good
            Whether a later run leaves a question without an answer alone:
            where an answer would change all that was asked after it.

        Raises
        ------
        Unanswered
            Where the endpoint answers nothing any more.
        """
        found = [self.logged(question) for question in questions]
        missing = [i for i, reply in enumerate(found) if reply is None]
        self.tally.known += len(questions) - len(missing)
        self.workers.answered |= len(missing) < len(questions)
        answers = self.workers.all([
            partial(self.ask, questions[i]) for i in missing])
        for i, answer in zip(missing, answers):
            found[i] = answer
            if isinstance(answer, Unanswered):
                self.tally.problem = str(answer)
        if for_good:
            self.keep_refusals(questions, found)
        replies = [each if isinstance(each, Reply) else None
                   for each in found]
        for reply in filter(None, replies):
            for i in (0, 1):
                self.tally.tokens[i] += reply.tokens[i]
        return replies

    def keep_refusals(self, questions: Sequence[Question],
                      found: Sequence[Reply | Unanswered | None]) -> None:
        """Log what is not to be asked again; raise where it is the server
        that fails, and not a question."""
        problems = [each for each in found if isinstance(each, Unanswered)]
        if len(problems) == len(found) and any(
                problem.again for problem in problems):
            raise problems[-1]
        for question, problem in zip(questions, found):
            if isinstance(problem, Unanswered) and not self.log.get(
                    self.key(question)):
                self.log.add(self.key(question), {
                    "model": self.endpoint.model, "refused": str(problem),
                    **question._asdict()})

    def ask(self, question: Question) -> Reply:
        """The answer, once it is in the log."""
        reply = self.endpoint.reply(
            [{"role": "user", "content": question.prompt}], question.draw)
        text = self.endpoint.without_key(reply.text)
        # JSON can name halves of characters, which no file can hold
        text = text.encode("utf-8", "replace").decode()
        reply = reply._replace(text=text)
        self.log.add(self.key(question), {
            "model": self.endpoint.model, **question._asdict(),
            **reply._asdict()})
        with self.turn:
            self.tally.asked += 1
        return reply

    def logged(self, question: Question) -> Reply | Unanswered | None:
        """An answer, or a refusal for good, of an earlier run."""
        record = self.log.get(self.key(question))
        if record is None:
            return None
        if "refused" in record:
            return Unanswered(record["refused"])
        return Reply(record["text"], record["whole"],
                     tuple(record["tokens"]))

    def key(self, question: Question) -> str:
        e = self.endpoint
        return question_key(
            url=e.url, model=e.model, temperature=e.temperature, seed=e.seed,
            max_tokens=e.max_tokens, **question._asdict())
