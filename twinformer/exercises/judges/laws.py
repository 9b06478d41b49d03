"""The laws that a port breaks beside its numbers, as the proof tells them, in Chinese."""
import re

__all__ = ["law_in"]

# What parity_tests/ports/laws.py says -> the same in Chinese
LAWS = {
    r"it changes its input (.+) in place: .*": "它就地改动了输入 {}：别处可能还要用到这个数组",
    r"its backward changes dy in place": "它的反向传播就地改动了 dy",
    r"for float32 it returns (.+) in (.+): .*":
        "输入是 float32，返回的 {} 却是 {}：某处混进了 NumPy 的 float64 标量或数组",
    r"(.+) is that of the last forward, .*":
        "{} 是最后一次前向传播的，而不是反向传播拿到的那个缓存所属的那次：一层运行两次，"
        "两次都要用到。不要把东西存在 self 上",
    r"(.+) is set, not added to: .*":
        "{} 是被赋值，而不是累加：反向传播两次之后，它只是一次的。把 = 换成 +=，"
        "因为共享的权重会从几处得到梯度",
}


def law_in(language: str, law: str) -> str:
    """The sentence, in the language."""
    for pattern, chinese in LAWS.items():
        if language == "zh" and (found := re.fullmatch(pattern, law)):
            return chinese.format(*found.groups())
    return law
