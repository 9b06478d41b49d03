"""Which answers are worth learning from, as far as their form tells."""
import re

from ..endpoints.reply import Reply
from ..evaluation.judge_words import without_thoughts
from ..evaluation.words import Words
from .rouge_l import rouge_l

__all__ = ["AnswerFilter"]

# How an answer begins that is none
REFUSAL = re.compile(
    r"\W*(?:(?:i['’]m|i am|we['’]re)?\s*(?:very |so |really )?sorry\b.{0,30}"
    r"(?:\bcan(?:['’]t|not)|\bunable|\bnot able|\bas an? )"
    r"|i (?:can(?:['’]t|not)|am unable to|am not able to) (?:help|assist|"
    r"answer|do|see|access|provide|fulfil|comply|complete)"
    r"|as an? (?:ai|artificial intelligence|(?:large )?language model)\b"
    r"|(?:很|非常|十分)?(?:抱歉|对不起).{0,12}(?:不能|无法|没有办法|没法)"
    r"|我(?:不能|无法|没有办法)(?:回答|提供|完成|协助|帮)"
    r"|作为(?:一个|一名|一款)?.{0,6}(?:AI|人工智能|语言模型))", re.I | re.S)
ECHO = 0.9          # ROUGE-L from which on an answer is the task again
LONG_ENOUGH = 6     # words from which on two equal answers are no accident


class AnswerFilter:
    """Tells good answers from those that taught nothing.

    Parameters
    ----------
    longest : int
        Characters that an answer may have.
    """

    def __init__(self, longest: int):
        if longest < 1:
            raise ValueError(f"longest_answer must be at least 1 character, "
                             f"got {longest}")
        self.longest = longest
        self.seen: set[str] = set()

    def text(self, reply: Reply) -> str:
        """What is to be learned of a reply: no thoughts, no blank ends."""
        return without_thoughts(reply.text).strip()

    def reason(self, task: str, reply: Reply) -> str:
        """"" for a good answer, else what is wrong with it."""
        text = self.text(reply)
        if not reply.whole:
            return "cut off"
        if not text:
            return "empty"
        if len(text) > self.longest:
            return "too long"
        if REFUSAL.match(text):
            return "a refusal"
        words, asked = Words().tokenize(text), Words().tokenize(task)
        if len(asked) >= LONG_ENOUGH and rouge_l(words, asked) > ECHO:
            return "the task again"
        return ""

    def repeated(self, text: str) -> bool:
        """Whether an earlier task had the same answer.

        "Yes" may be right twice; what is longer is a model that has got
        stuck. The text is remembered.
        """
        words = Words().tokenize(text)
        if len(words) < LONG_ENOUGH:
            return False
        known = " ".join(words)
        if known in self.seen:
            return True
        self.seen.add(known)
        return False
