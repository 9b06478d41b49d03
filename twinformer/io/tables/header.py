"""Is the first row of a table a header? A guess, held against the rest.

A label may be called like a column ("comment"), and a column like nothing
that is known ("Meinung"). What a header says is not said again below it.
"""
import re
from collections import Counter
from collections.abc import Collection, Sequence

from .rows import Row

__all__ = ["USUAL_LABELS", "USUAL_TEXTS", "has_header"]

USUAL_TEXTS = (
    "text", "message", "sms", "review", "sentence", "content", "comment",
    "body", "v2", "prompt", "文本", "内容", "评论",
    "短信", "消息", "句子", "正文",
    "留言", "评价", "信息", "微博",
    "內容", "評論", "簡訊", "訊息")
USUAL_LABELS = (
    "label", "class", "category", "sentiment", "target", "v1",
    "completion",
    "标签", "类别", "分类", "情感",
    "类型", "种类", "标注", "倾向",
    "標籤", "類別", "分類", "類型")

FEW = 4         # rows that say nothing about what repeats


def has_header(rows: Sequence[Row], known: Collection[str]) -> bool:
    """Whether the first row names the columns.

    Parameters
    ----------
    known
        Usual names of columns, in lower case.
    """
    if not rows:
        return False
    first = [cell.strip().lower() for cell in rows[0].cells]
    columns = [[row.cells[at].strip().lower() if at < len(row.cells) else ""
                for row in rows[1:]] for at in range(len(first))]
    if any(first):
        named = [at for at, name in enumerate(first) if name in known]
        if named:
            return any(first[at] not in columns[at] and not (
                len(named) == 1 and first[at] in USUAL_TEXTS
                and is_a_label(columns[at])) for at in named)
    return unlike_the_rest(first, columns)


def unlike_the_rest(first: list[str], columns: list[list[str]]) -> bool:
    """Whether the first row has words above numbers, or above labels that
    repeat while it does not; and all of it could be names."""
    if len(first) < 2 or len(columns[0]) < FEW or len(set(first)) < len(
            first) or not all(map(could_be_a_name, first)):
        return False
    if any(name in column for name, column in zip(first, columns)):
        return False
    numbers = any(all(map(is_number, column)) for column in columns)
    labels = any(map(is_a_label, columns))
    longer = any(sum(map(len, column)) > 2 * len(name) * len(column)
                 for name, column in zip(first, columns))
    return numbers or (labels and longer and " " not in "".join(first))


def is_a_label(column: list[str]) -> bool:
    """Few values, each of them more than once"""
    counts = Counter(column)
    return len(column) >= FEW and 2 * len(counts) <= len(column) and (
        min(counts.values()) > 1)


def could_be_a_name(cell: str) -> bool:
    return bool(re.fullmatch(r"[^\W\d][\w .()/-]{0,29}", cell)) and (
        len(cell.split()) <= 3 and not cell.endswith("."))


def is_number(cell: str) -> bool:
    return bool(re.fullmatch(r"[-+]?\d+([.,]\d+)?%?", cell))
