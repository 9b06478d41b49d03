"""A Chinese judge's words, put so that the rules for English ones find the
number or the letter in them: 评分：85 is "score: 85", A 更好 "answer A".
"""
import re
import unicodedata

from ..corpora.scripts import HAN

__all__ = ["in_english"]

BESIDE = re.compile(rf"(?<=[{HAN}])(?=[0-9AB])|(?<=[0-9AB])(?=[{HAN}])")
ANSWER = "(?:回答|答案)?"
BETTER = "(?:更好|更优|更佳|较好|胜出|获胜)"
RULES = [(re.compile(pattern), words) for pattern, words in [
    (r"\(?满分(?:为|是)?:?\s*100\s*分?\)?", " "),
    (r"(?:评分|得分|分数|打分|打|给)(?:为|是)?(?=\W{0,3}\d)", " score "),
    (r"(?<=\d)\s*分(?!之)", " points "),
    (rf"([AB])\s*比\s*{ANSWER}\s*[AB]\s*(?:{BETTER}|好)", r" answer \1 "),
    (rf"(?<!比)(?<!比回答)(?<!比答案)(?<!比 )(?<!比回答 )(?<!比答案 )"
     rf"([AB])\s*{BETTER}", r" answer \1 "),
    (rf"(?<!不)选择?\W*{ANSWER}\W*([AB])", r" answer \1 "),
    (r"\A\W*(?:回答|答案)(?:是|为)?\W*([AB])\W*\Z", r"\1"),
    (r"(?<!不是)(?<!并非)(?:平局|平手|不分上下|不相上下|一样好)",
     " answer tie ")]]


def in_english(text: str) -> str:
    """The text, with the Chinese words for scores and choices in English.

    A text without Chinese characters comes back as it is.
    """
    if not re.search(f"[{HAN}]", text):
        return text
    text = BESIDE.sub(" ", unicodedata.normalize("NFKC", text))
    for pattern, words in RULES:
        text = pattern.sub(words, text)
    return text
