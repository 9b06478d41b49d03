"""Tests of multiple choice, scored.

A model takes the choice that it finds likeliest behind the context. Long
choices are less likely than short ones, whatever they say. So three figures
are told, and which of them others report:

    accuracy    sum of ln p                    "acc" of both of the below
    per token   sum of ln p / tokens           "acc_norm" of llm.c
    per byte    sum of ln p / bytes (UTF-8)    "acc_norm" of EleutherAI's
                of the choice without the      lm-evaluation-harness (which
                space in front                 counts characters)

They also word HellaSwag differently; see questions.read_hellaswag.

Shapes: N = choices of all questions, one after the other.
"""
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .questions import Question

__all__ = ["ChoiceResult", "WordResult", "judge_choices", "judge_words"]


@dataclass(frozen=True)
class ChoiceResult:
    """Shares of questions that were answered rightly.

    Attributes
    ----------
    per_token, per_byte : float
        As accuracy, of log-likelihoods divided by the length of the choice.
    chance : float
        What guessing gives.
    """

    questions: int
    accuracy: float
    per_token: float
    per_byte: float
    chance: float

    def standard_error(self, share: float) -> float:
        """Of one of these shares, were the questions drawn anew."""
        return math.sqrt(share * (1 - share) / max(1, self.questions - 1))


@dataclass(frozen=True)
class WordResult:
    """LAMBADA's figures: is the last word what the model would say?

    Attributes
    ----------
    accuracy : float
        Share of words whose tokens are all the likeliest ones.
    perplexity : float
        exp of the mean -ln p of a word, all its tokens together.
    """

    questions: int
    accuracy: float
    perplexity: float


def judge_choices(questions: Sequence[Question], log_likelihood,
                  tokens) -> ChoiceResult:
    """log_likelihood, tokens (N,) -> the shares of right answers

    tokens : how many each choice has. Of equals the first counts.
    """
    size = np.array([len(choice.lstrip(" ").encode())
                     for question in questions for choice in question.choices])
    right = []
    for score in (log_likelihood, log_likelihood / tokens,
                  log_likelihood / np.maximum(size, 1)):
        rows = iter(score.tolist())
        answers = [np.argmax([next(rows) for _ in question.choices])
                   for question in questions]
        right.append(np.mean([answer == question.label for answer, question
                              in zip(answers, questions)]))
    chance = np.mean([1 / len(question.choices) for question in questions])
    accuracy, per_token, per_byte = map(float, right)
    return ChoiceResult(len(questions), accuracy, per_token, per_byte,
                        float(chance))


def judge_words(log_likelihood, greedy) -> WordResult:
    """log_likelihood (N,), greedy (N,) bool, of N last words"""
    nats = float(-np.mean(log_likelihood))
    return WordResult(len(greedy), float(np.mean(greedy)),
                      math.exp(min(nats, 700.0)))     # no overflow
