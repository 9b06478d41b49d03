"""What the exercises say of themselves, in both languages."""

__all__ = ["chapter_name", "said"]

HOW = {
    "en": """\
## How to do it

    twinformer exercise start {name}
    twinformer exercise check {name}

`start` writes `{file}`, this page and a small test that fails; `check` says what is off, in the
smallest case, and the likely cause. `twinformer exercise hint {name}` helps, in three steps.
""",
    "zh": """\
## 怎么做

    twinformer exercise start {name}
    twinformer exercise check {name}

`start` 会写好 `{file}`、这份说明和一个暂时通不过的小测试；`check` 告诉你哪里不对、最小的反例、
可能的原因。卡住时用 `twinformer exercise hint {name}`，提示分三步给出。
"""}

WORDS = {
    "how": (HOW["en"], HOW["zh"]),
    "about": ("*{chapter} · {kind} · {minutes} minutes*",
              "*{chapter} · {kind} · {minutes} 分钟*"),
    "chapter": ("Chapter {number}", "第 {number} 章"),
    "appendix": ("Appendix {number}", "附录 {number}"),
    "write": ("write it", "动手写"),
    "backward": ("derive the backward pass", "推导反向传播"),
    "debug": ("find the fault", "找出错误"),
    "read": ("read and answer", "阅读与思考"),
    # of a verdict
    "number": ("{name}{place}: expected {expected}, got {got} ({count} of {size} numbers are "
               "wrong)",
               "{name}{place}：应为 {expected}，得到 {got}（{size} 个数中有 {count} 个不对）"),
    "shape": ("{name}: expected the shape {expected}, got {got}",
              "{name}：形状应为 {expected}，得到 {got}"),
    "missing": ("{name}: nothing came, expected an array of shape {expected}",
                "{name}：什么也没有得到，应为形状 {expected} 的数组"),
    "value": ("expected {expected}, got {got}", "应为 {expected}，得到 {got}"),
    "of another kind": ("expected {kind}, {expected}; got {other}, {got}",
                        "应为{kind} {expected}；得到的是{other} {got}"),
    "returned": ("{name} returns {got}; asked for: {expected}",
                 "{name} 返回的是{got}；要求的是{expected}"),
    "nothing": ("nothing", "空值（None）"),
    "values": ("{n} values (a tuple)", " {n} 个值（元组）"),
    "array": ("an array of {of}, of shape {shape}", "形状为 {shape} 的{of}数组"),
    "booleans": ("booleans", "布尔"),
    "whole": ("whole numbers", "整数"),
    "numbers": ("numbers", "数值"),
    "a boolean": ("a boolean", "布尔值"),
    "a whole number": ("a whole number", "整数"),
    "a number": ("a number", "数"),
    "kind": ("a {kind}", " {kind} "),
    "borrowed": ("{library} has the answer already. Here you write it yourself, with numpy and "
                 "what Python has; hold it beside {library} when it is done.",
                 "{library} 里已经有现成的答案。这道题要自己写，用 numpy 和 Python "
                 "自带的东西就够了；写完以后再和 {library} 对照。"),
    "given": ("Given are {names}.", "可以用的有 {names}。"),
    "in line": ("{file}:{line}: `{code}`: ", "{file}:{line}：`{code}`："),
    "inputs": ("it changes what it was given: {name}; somebody else may still need that array",
               "它改动了传进来的 {name}：别处可能还要用到这个数组"),
    "left": ("{name} should be changed in place as the reference does: expected {expected} "
             "afterwards, got {got}",
             "{name} 应当像参考实现那样就地修改：之后应为 {expected}，得到 {got}"),
    "raised": ("{where}`{line}`: {kind}: {message}", "{where}`{line}`：{kind}：{message}"),
    "refused": ("an error was expected for this case, and it returned {got}",
                "这种情形应当报错，却返回了 {got}"),
    "syntax": ("line {line} is not Python: {message}", "第 {line} 行不是合法的 Python：{message}"),
    "import": ("the file cannot be run: {where}{kind}: {message}",
               "文件无法运行：{where}{kind}：{message}"),
    "no file": ("there is no {path}: twinformer exercise start {name} writes it anew",
                "没有 {path}：用 twinformer exercise start {name} 重新写一份"),
    "no name": ("the file has no {what}: it was renamed or removed",
                "文件里没有 {what}：可能被改名或删掉了"),
    "not called": ("{what} should be a function or a class, got {got}",
                   "{what} 应当是函数或类，得到 {got}"),
    "unwritten": ("{what} is not written yet", "{what} 还没有写"),
    "timeout": ("no end after {seconds} seconds{where}: probably a loop that never ends",
                "{seconds} 秒之后仍未结束{where}：多半是一个停不下来的循环"),
    "at line": (", at line {line}: `{code}`", "，停在第 {line} 行：`{code}`"),
    "died": ("the program ended by itself, with exit code {code}{said}",
             "程序自己退出了，退出码 {code}{said}"),
    "no gradient": ("{names}: no gradient came; the backward is what is asked for",
                    "{names}：没有得到梯度；这道题要写的正是反向传播"),
    "no answer": ("{name} is still None", "{name} 还是 None"),
    "no number": ("{name} should be a number, got {got}", "{name} 应当是一个数，得到 {got}"),
    "answer": ("{name} = {got} is not it", "{name} = {got} 不对"),
    "still there": ("the fault is still in the file. Go through the case below by hand, line by "
                    "line.",
                    "错误还在文件里。拿下面的反例一行一行手算一遍。"),
    "expected": ("# expected: {expected}", "# 应得：{expected}"),
}


def chapter_name(chapter: str, language: str) -> str:
    """"03" -> "Chapter 3", "A" -> "Appendix A" """
    return said("chapter" if chapter.isdigit() else "appendix", language,
                number=chapter.lstrip("0"))


def said(key: str, language: str, **values) -> str:
    """A sentence of the table, filled in."""
    return WORDS[key][language == "zh"].format(**values)
