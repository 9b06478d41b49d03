"""All words that the pages of the pairs say themselves, in both languages."""

__all__ = ["WORDS", "say"]

WORDS = {
    "index title": ("Read side by side", "逐行对照阅读"),
    "index text": (
        "One model, written twice: on the left NumPy, with every backward pass by hand; on the right its twin in "
        "PyTorch, where autograd does that work. {count} pairs of files, in the order in which each needs only what "
        "came before.",
        "同一个模型写了两遍：左边是 NumPy，反向传播全部手写；右边是它的 PyTorch 孪生实现，由自动求导完成同样的工作。"
        "一共 {count} 对文件，按阅读顺序排列：读每一对时，只需要前面读过的内容。"),
    "printable": ("All pairs on one page, for printing", "全部文件对照在一页（适合打印）"),
    "why": ("Why models have it", "模型为什么需要它"),
    "shapes": ("What flows where", "数据怎样流动"),
    "shapes text": (
        "Drawn from a real run of the code: every box is a line that ran, with the shape it produced.",
        "由代码真实运行后画出：每个方框是执行过的一行，标着它得到的形状。"),
    "forward figure": ("Forward pass of {name}, with the shapes of a real run",
                       "{name} 的前向传播，形状来自真实运行"),
    "architecture": ("{name}: its layers, with the shapes of a small model",
                     "{name}：各层及其形状（一个小模型）"),
    "road": ("The road of the book, from text to finetuning", "全书路线：从文本到微调"),
    "backward figure": ("Backward pass of {name}, with the shapes of a real run",
                        "{name} 的反向传播，形状来自真实运行"),
    "code": ("The two implementations", "两份实现"),
    "legend same": ("the same line", "相同的一行"),
    "legend near": ("the same step, in other words", "同一步，写法不同"),
    "legend only": ("only here", "只有这边有"),
    "legend equation": ("leads to the line of algebra", "指向对应的公式"),
    "docstring": ("docstring", "文档字符串"),
    "forward": ("forward", "前向"),
    "backward": ("backward", "反向"),
    "rest": ("rest", "其余"),
    "names": ("imports and names", "导入与名字"),
    "by autograd": ("by hand; the twin leaves this to autograd", "手写；孪生实现把这部分交给自动求导"),
    "twin alone": ("in the twin alone", "只有孪生实现有"),
    "algebra": ("Each line and its algebra", "每一行与它的公式"),
    "algebra text": (
        "The number leads to the derivation, the code back to its line above.",
        "编号通向推导页，代码通回上面的那一行。"),
    "line": ("line", "行"),
    "formula": ("what it computes", "它计算什么"),
    "derivation": ("The derivation", "推导"),
    "derivation text": ("All steps, one at a time:", "一步一步的完整推导："),
    "result": ("What comes out:", "结果是："),
    "no derivation": (
        "This part has nothing to derive: its backward, if it has one, is that of the parts it is made of.",
        "这一部分没有需要推导的东西：如果有反向传播，也只是组成它的各部分的反向传播。"),
    "numbers": ("With numbers", "代入数字"),
    "numbers text": (
        "Small enough to check on paper. This runs, and below is what every line gave.",
        "小到可以在纸上验算。下面这段代码可以直接运行，再往下是每一行得到的数。"),
    "backward numbers text": (
        "Then the backward pass, with this gradient from above:",
        "接着是反向传播，从上面传来的梯度是："),
    "name": ("name", "名字"),
    "shape": ("shape", "形状"),
    "value": ("value", "值"),
    "twin": ("twin", "孪生实现"),
    "twin says": ("The twin gives the same numbers: the largest difference of any result is {worst}.",
                  "孪生实现得到同样的数：所有结果里最大的差是 {worst}。"),
    "exactly": ("0, not a bit", "0，一个比特都不差"),
    "given": ("given", "给定"),
    "forward run": ("Forward", "前向传播"),
    "backward run": ("Backward", "反向传播"),
    "move": ("Move it", "动手试试"),
    "no script": ("This figure can be moved where JavaScript is on.", "开启 JavaScript 后可以操作这幅图。"),
    "proof": ("What the proof says", "证明说了什么"),
    "component": ("component", "组件"),
    "cases": ("cases", "用例数"),
    "output error": ("output, worst error / bound", "输出：最大误差 / 误差界"),
    "gradient error": ("gradients, worst error / bound", "梯度：最大误差 / 误差界"),
    "proof text": (
        "Measured with `{command}`, in float64: 1.00 would be all that rounding can explain.",
        "用 `{command}` 测得，float64：1.00 表示舍入误差所能解释的全部。"),
    "no component": (
        "It is not drawn as a component of its own; its tests are in `{tests}`.",
        "它没有作为单独的组件抽取用例；它的测试在 `{tests}`。"),
    "mutants": (
        "**{all} mutants**: one term of the reference changed at a time. {killed} were noticed by the tests; "
        "{equivalent} compute the same, each with a reason; {survived} survived.",
        "**{all} 个变异体**：每次只改参考实现里的一项。{killed} 个被测试发现；{equivalent} 个计算结果相同，"
        "各有理由；{survived} 个存活。"),
    "no mutants": ("There is no mathematics in it to change: {reason}.",
                   "它里面没有可以改动的数学：{reason}。"),
    "not counted": ("Its mutants are counted by `python -m parity_tests.mutants {module}`.",
                    "它的变异体可以用 `python -m parity_tests.mutants {module}` 统计。"),
    "try": ("Prove it yourself:", "自己证明一遍："),
    "exercises": ("Exercises", "练习"),
    "papers": ("Papers", "论文"),
    "further": ("Where to go on", "继续阅读"),
    "uses": ("Made of", "由这些组成"),
    "used by": ("Used by", "被这些用到"),
    "tests": ("Its tests", "它的测试"),
    "numpy": ("NumPy, by hand", "NumPy，手写"),
    "torch": ("PyTorch, autograd", "PyTorch，自动求导"),
    "in the code": ("In the code", "在代码里"),
    "lesson": ("What a model changed by it", "模型因它而改了什么"),
    "pair": ("pair", "文件对"),
    "what": ("what it is", "它是什么"),
    "module docstring": ("In the words of the file:", "文件自己的说明（原文）："),
}


def say(key: str, language: str, **values) -> str:
    """The words for a key; a missing one is a KeyError."""
    return WORDS[key][("en", "zh").index(language)].format(**values)
