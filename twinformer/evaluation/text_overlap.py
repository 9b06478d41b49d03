"""Answers to instructions beside the answers that were expected.

Words in common are no proof of a good answer, and a good answer may share
none with the expected one. The figures tell models apart all the same, cost
nothing, and are the same for everyone who computes them:

    exact match  share of answers equal to the expected one, but for white
                 space at the ends
    BLEU         sequences of 1 to 4 words, and the length: Papineni et al.
                 2002, of the whole file, by sacrebleu (Post 2018,
                 arXiv:1804.08771)
    chrF         sequences of 1 to 6 characters, recall counting double:
                 Popovic 2015, chrF2 of the whole file, by sacrebleu
    ROUGE-1, -2  words and pairs of words in common, F-measure; Lin 2004, by
    ROUGE-L      rouge-score; -L: the longest common subsequence. Means over
                 the answers.

BLEU and chrF lie in 0..100, the others in 0..1, as their libraries have it.
"""
import functools
from collections.abc import Sequence
from dataclasses import dataclass

from ..io.extras import library
from ..corpora.scripts import beyond_latin, chinese
from .responses import Response

from .words import Words

__all__ = ["LANGUAGES", "ResponseScores", "score_responses"]

# How sacrebleu cuts sentences into words; "auto" looks at them first
LANGUAGES = {"auto": "", "en": "13a", "zh": "zh"}
ROUGES = ("rouge1", "rouge2", "rougeL")


@dataclass(frozen=True)
class ResponseScores:
    """Figures of a whole file.

    Attributes
    ----------
    language : str
        "en" or "zh": where words were taken to end.
    signatures : dict
        How BLEU and chrF were computed, in sacrebleu's own shorthand; to be
        quoted with them.
    """

    responses: int
    empty: int
    exact_match: float
    bleu: float
    chrf: float
    rouge1: float
    rouge2: float
    rougeL: float
    language: str
    signatures: dict[str, str]


def score_responses(responses: Sequence[Response],
                    language: str = "auto") -> ResponseScores:
    """All figures of a file of answers.

    Parameters
    ----------
    language
        Where words end. "en" is what both libraries do when not asked, "zh"
        is Chinese, in which every character counts as a word. "auto" is "zh"
        for BLEU, of the whole file, if a Chinese character stands in it, and
        for ROUGE wherever a task has letters that are not Latin ones.

    Raises
    ------
    ValueError
        Where sacrebleu or rouge-score is not installed.
    """
    if language not in LANGUAGES:
        raise ValueError(f"language must be one of {', '.join(LANGUAGES)}, "
                         f"got {language!r}")
    metrics = library("sacrebleu.metrics", "evaluate", "to compare texts and judges")
    expected = [each.output.strip() for each in responses]
    answers = [each.response.strip() for each in responses]
    asked = language
    if language == "auto":
        language = "zh" if any(map(chinese, expected + answers)) else "en"

    bleu, chrf = metrics.BLEU(tokenize=LANGUAGES[language]), metrics.CHRF()
    scores = {"bleu": bleu.corpus_score(answers, [expected]).score,
              "chrf": chrf.corpus_score(answers, [expected]).score}
    rouge = [rouge_scores(target, answer, asked)
             for target, answer in zip(expected, answers)]
    scores |= {name: sum(each[name].fmeasure for each in rouge) / len(rouge)
               for name in ROUGES}
    same = sum(target == answer for target, answer in zip(expected, answers))
    return ResponseScores(
        responses=len(answers), empty=sum(not each for each in answers),
        exact_match=same / len(answers), **scores, language=language,
        signatures={"bleu": str(bleu.get_signature()),
                    "chrf": str(chrf.get_signature())})


def rouge_scores(expected: str, answer: str, language: str):
    """{"rouge1": precision, recall and F of one answer, ...}"""
    spelled = language == "zh" or (language == "auto"
                                   and beyond_latin(expected + answer))
    return rouge_scorer(spelled).score(expected, answer)


@functools.cache
def rouge_scorer(spelled: bool):
    """One with rouge-score's own words, and one with ours."""
    scorer = library("rouge_score.rouge_scorer", "evaluate", "to compare texts and judges")
    return scorer.RougeScorer(
        ROUGES, tokenizer=Words() if spelled else None)
