"""Which of the tasks that a model invented are worth an answer.

The rules of Self-Instruct (Wang et al. 2022, section 2.2, and the released
code): not too short or too long, no words of what a language model cannot see
or do, not too much like a task that is there.
"""
import re
from collections.abc import Sequence

from ..corpora.scripts import chinese, unspaced
from ..evaluation.words import Words
from .rouge_l import Pool

__all__ = ["FORBIDDEN", "LENGTHS", "TaskFilter"]

# Words of a task, of Chinese its characters: the fewest, and the most
LENGTHS = {"en": (4, 150), "zh": (6, 300)}

FORBIDDEN = {
    "en": ("image", "images", "picture", "pictures", "photo", "photos",
           "photograph", "video", "videos", "audio", "screenshot", "attached",
           "attachment", "file", "files", "link", "url", "website", "draw",
           "sketch", "plot", "graph", "map", "sing", "record yourself"),
    "zh": ("图片", "照片", "图像", "截图", "视频", "音频", "录音", "附件", "文件",
           "链接", "网址", "网站", "画一", "绘制", "上图", "下图", "地图", "唱一"),
}


class TaskFilter:
    """Keeps the tasks that pass, and compares those after them with these.

    Parameters
    ----------
    language : "en" or "zh"
    known : sequence of str
        Tasks that are there: the seeds.
    similarity : float
        ROUGE-L above which two tasks are too much alike.
    forbidden : sequence of str
        Words that no task may have; of Chinese, parts of it.

    Attributes
    ----------
    kept : list of str
    """

    def __init__(self, language: str, known: Sequence[str],
                 similarity: float, forbidden: Sequence[str]):
        if not 0 < similarity <= 1:
            raise ValueError("similarity must be a share above 0, at most 1; "
                             f"got {similarity}")
        self.language = language
        self.pool = Pool(similarity)
        for task in known:
            self.pool.add(task)
        self.forbidden = [pattern_of(word) for word in forbidden
                          if word.strip()]
        self.kept: list[str] = []

    def take(self, task: str) -> str:
        """"" where the task is kept, else why it is not."""
        reason = self.reason(task)
        if not reason:
            self.pool.add(task)
            self.kept.append(task)
        return reason

    def reason(self, task: str) -> str:
        least, most = LENGTHS[self.language]
        words = len(Words().tokenize(task))
        if not words:
            return "blank"
        if unspaced(task) if self.language == "en" else not chinese(task):
            return "another language"
        if words < least:
            return "too short"
        if words > most:
            return "too long"
        if any(word.search(task) for word in self.forbidden):
            return "a forbidden word"
        return "too similar" if self.pool.alike(task) else ""


def pattern_of(word: str) -> re.Pattern:
    """Where a word stands: in Latin letters, as a word of its own."""
    word = re.escape(word.strip())
    return re.compile(word if chinese(word) else rf"(?<!\w){word}(?!\w)",
                      re.IGNORECASE)
