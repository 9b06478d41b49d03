"""What the proof tells of a port, in Chinese: the laws that it breaks, causes that follow
from its numbers alone, and the faults that ports are known for (faults.toml)."""
import re
import tomllib
from functools import cache
from pathlib import Path

__all__ = ["cause_in", "law_in"]

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

# What parity_tests/ports/running.py, and running.py, say of what cannot be run
ERRORS = {
    r"ValueError: forward returned no cache: .*":
        "forward 没有返回缓存：应当返回 y, cache，缓存会交给 backward(dy, cache)",
    r"ValueError: the parameters are expected as attributes (.+); .*":
        "参数应当是这些属性：{}",
    r"ValueError: there is no parameter (.+); there are (.+)": "没有参数 {}；现有的是 {}",
    r"ValueError: (.+) has shape (.+), expected (.+): weights are laid out .*":
        "{} 的形状是 {}，应为 {}：权重的排列是（输出，输入）",
    r"ValueError: (.+) has shape (.+), expected (.+)": "{} 的形状是 {}，应为 {}",
    r"TypeError: nothing was returned: .*": "什么也没有返回：是不是漏了 return？",
    r"TypeError: the backward returned nothing: .*": "反向传播什么也没有返回：是不是漏了 return？",
}


# What parity_tests/ports/causes.py says of numbers, whatever the component
CAUSES = {
    r"(.+): all zeros\. .*": "{}：全是 0，什么也没有加上去。",
    r"(.+): transposed\..*": "{}：转置了。",
    r"(.+): the sign is dropped\.": "{}：符号丢了。",
    r"(.+): everything is (.+) times the right number\.": "{}：每个数都是正确值的 {} 倍。",
    r"(.+): a mean over (\d+) where a sum is meant .*": "{}：应当对 {} 个数求和，却求了平均。",
    r"(.+): a sum over (\d+) where a mean is meant .*": "{}：应当对 {} 个数求平均，却求了和。",
    r"(.+): 1/sqrt\((\d+)\) once too often .*": "{}：多乘了一次 1/sqrt({})。",
    r"(.+): the factor 1/sqrt\((\d+)\) is missing .*": "{}：漏了系数 1/sqrt({})。",
    r"(.+): right to single precision: .*":
        "{}：只精确到单精度：某处用了 float32 的常数或转换。",
    r"(.+): NaN where a row of the mask has no True: .*":
        "{}：掩码里没有 True 的行成了 NaN：应当是零，而不是 0/0。",
    r"(.+): the backward never made it\.": "{}：反向传播没有算它。",
    r"(.+): not summed over the leading axes\.": "{}：没有对前面的各个轴求和。",
}

# A changed term of the reference: what is wrong is said, and what would be right is not
TERM = re.compile(r"(.+): as if in (.+) of .+ stood `(.+)` in place of `.+?`.*")
WITHHELD = {"en": "{}: these are the numbers of {} with one of its terms written as `{}`.",
            "zh": "{}：这正是 {} 里有一项写成 `{}` 时的数值。"}


# A known fault of one component, and what is right
FAULT = re.compile(r"(.+?): (.+?)\. Right is: (.+?)(; the gradients follow from it)?\.")
FOLLOWS = "；各个梯度也随之而错"


@cache
def faults() -> dict[str, dict[str, str]]:
    """{"names", "advice": {English: Chinese}}"""
    return tomllib.loads(Path(__file__).with_name("faults.toml").read_text(encoding="utf-8"))


def cause_in(language: str, cause: str) -> str:
    """The sentence, in the language."""
    if found := TERM.fullmatch(cause):
        return WITHHELD[language].format(*found.groups())
    if language == "zh" and (found := FAULT.fullmatch(cause)):
        place, name, advice, follows = found.groups()
        return (f"{place}：{faults()['names'][name]}。正确的是：{faults()['advice'][advice]}"
                f"{FOLLOWS if follows else ''}。")
    return looked_up(CAUSES, language, cause)


def law_in(language: str, law: str) -> str:
    """The sentence, of a law or of a result that is none, in the language."""
    return looked_up(LAWS | ERRORS, language, law)


def looked_up(table: dict[str, str], language: str, sentence: str) -> str:
    for pattern, chinese in table.items():
        if language == "zh" and (found := re.fullmatch(pattern, sentence)):
            return chinese.format(*found.groups())
    return sentence
