"""A language model as the judge of another one's answers.

Two ways: a score from 0 to 100 for each answer, as in the book (section 7.8);
or two answers to choose from. Judges prefer what stands first: each pair is
shown in both orders, and only a choice that stays the same in both counts; if
it turns with the order, the pair is a tie (Zheng et al. 2023,
arXiv:2306.05685, section 3.4).

What a judge says may be no score at all. Then it is asked again, with a
reminder; what stays without a score is told as such, and nothing is left out
silently.
"""
from collections.abc import Callable
from typing import Any, NamedTuple

from ..endpoints.answer_log import AnswerLog, question_key
from ..endpoints.endpoint import Endpoint
from .judge_words import choice_prompt, parse_choice, parse_score, score_prompt
from .responses import Response

__all__ = ["Judge", "Verdict"]

SCORE_REMINDER = "Give only the score: one whole number from 0 to 100."
CHOICE_REMINDER = "Give only one word: A, B or tie."


class Verdict(NamedTuple):
    """What a judge made of a question.

    value is None where its answers could not be understood; cached says that
    it was not asked this time.
    """

    value: Any
    answers: list[str]
    cached: bool


class Judge:
    """Asks an endpoint, keeps every answer.

    Parameters
    ----------
    endpoint : Endpoint
    log : AnswerLog
    times : int
        How often it is asked for an answer that can be understood.
    again : bool
        Ask anew where that failed in an earlier run.
    """

    def __init__(self, endpoint: Endpoint, log: AnswerLog, times: int = 3,
                 again: bool = False):
        self.endpoint, self.log = endpoint, log
        self.times, self.again = times, again

    def score(self, task: Response) -> Verdict:
        """A number in 0..100, or None"""
        return self.verdict(score_prompt(task), parse_score, SCORE_REMINDER)

    def prefer(self, task: Response, other: str) -> Verdict:
        """1 for the answer of the task, -1 for the other, 0 tie, or None

        Two equal answers are a tie; nobody is asked.
        """
        if task.response == other:
            return Verdict(0, [], True)
        one = self.verdict(choice_prompt(task, task.response, other),
                           parse_choice, CHOICE_REMINDER)
        two = self.verdict(choice_prompt(task, other, task.response),
                           parse_choice, CHOICE_REMINDER)
        value = None
        if one.value and two.value:
            value = ({"A": 1, "B": -1, "tie": 0}[one.value]
                     - {"A": 1, "B": -1, "tie": 0}[two.value])
            value = {2: 1, -2: -1}.get(value, 0)
        return Verdict(value, one.answers + two.answers,
                       one.cached and two.cached)

    def verdict(self, prompt: str, parse: Callable[[str], Any],
                reminder: str) -> Verdict:
        """The value of an answer to the prompt: from the log, or asked for.

        Raises
        ------
        Unanswered
            Where no answer comes; nothing is kept of that.
        """
        e = self.endpoint
        key = question_key(url=e.url, model=e.model, prompt=prompt,
                           temperature=e.temperature, seed=e.seed)
        known = self.log.get(key)
        begun = bool(known and known.get("unfinished"))
        if known and not begun and not (self.again and known["value"] is None):
            return Verdict(known["value"], known["answers"], True)
        answers: list[str] = list(known["answers"]) if known and begun else []
        value = None
        while value is None and len(answers) < self.times:
            messages = [{"role": "user", "content": prompt}]
            for answer in answers:
                messages += [{"role": "assistant", "content": answer},
                             {"role": "user", "content": reminder}]
            answers.append(e.without_key(e.ask(messages)))
            value = parse(answers[-1])
            # each at once: the next may be the one that does not come
            self.log.add(key, {
                "model": e.model, "value": value, "answers": answers[:], "prompt": prompt,
                "unfinished": value is None and len(answers) < self.times})
        return Verdict(value, answers, False)
