"""What the modes print, in both languages, and the report of a check."""

__all__ = ["report", "say"]

SAID = {
    "minutes": ("{n:3} min", "{n:3} 分钟"),
    "passed so far": ("* passed, . begun: {passed} of {all} passed",
                      "* 已通过，. 已开始：共 {all} 题，通过 {passed} 题"),
    "passed of": ("{passed} of {all} passed", "{all} 题中通过 {passed} 题"),
    "written": ("wrote {path}", "写好了 {path}"),
    "there already": ("{path} is there already: nothing was changed",
                      "{path} 已经在了：什么也没有改动"),
    "next": ("\nRead {page}, fill in {file}, then: {command}",
             "\n先读 {page}，再填写 {file}，然后运行：{command}"),
    "hint": ("hint {step} of {all}: {text}", "提示 {step}/{all}：{text}"),
    "last hint": ("That was the last one; after it comes twinformer exercise solution {name}",
                  "这是最后一条提示；再往后就是 twinformer exercise solution {name}"),
    "read on": ("The project's own: numpy_impl/{pair}.py, and its twin torch_impl/{pair}.py",
                "项目里的写法：numpy_impl/{pair}.py，以及它的孪生 torch_impl/{pair}.py"),
    "exported": ("{n} exercises, {files} files, in {folder}",
                 "{n} 道练习，{files} 个文件，写在 {folder}"),
    "passed": ("passed: {name}, {cases} cases like the reference",
               "通过：{name}，{cases} 个案例都与参考实现一致"),
    "answered": ("passed: {name}", "通过：{name}"),
    "wrong": ("not right yet: {name}", "还不对：{name}"),
    "error": ("it does not run: {name}", "运行不了：{name}"),
    "unwritten": ("not written yet: {name}", "还没有写：{name}"),
    "timeout": ("stopped: {name}", "已中止：{name}"),
    "cause": ("Probably: {text}", "原因多半是：{text}"),
    "case": ("The smallest case found that fails:", "找到的最小反例："),
    "printed": ("It printed:", "它打印了："),
    "next one": ("Next: twinformer exercise start {name}",
                 "下一道：twinformer exercise start {name}"),
    "all passed": ("All exercises are passed.", "全部练习都通过了。"),
    "hint next": ("A hint: twinformer exercise hint {name} ({left} of 3 left)",
                  "要提示：twinformer exercise hint {name}（还剩 {left} 条，共 3 条）"),
}
MOST_LINES = 20     # of what a file printed


def say(key: str, language: str, **values) -> str:
    return SAID[key][language == "zh"].format(**values)


def report(exercise, checked, standing, language: str, short: bool = False,
           following: str = "") -> str:
    """All that is said after a check; its first line alone where several are checked.

    following
        The exercise that comes next; "" after the last one.
    """
    key = "answered" if checked.passed and exercise.judge == "answers" else checked.status
    lines = [say(key, language, name=exercise.name, cases=checked.cases)]
    if short:
        return lines[0]
    lines += [f"  {line}" for line in checked.lines]
    lines += ["  " + say("cause", language, text=cause) for cause in checked.causes]
    if checked.case:
        lines += ["  " + say("case", language), ""]
        lines += [f"      {line}".rstrip() for line in checked.case.splitlines()]
        lines.append("")
    if printed := checked.printed.strip().splitlines():
        lines += ["  " + say("printed", language), *(f"  | {one}" for one in printed[:MOST_LINES])]
        lines += ["  | ..."] * (len(printed) > MOST_LINES)
    if checked.status != "passed" and standing.hints < 3:
        lines.append(say("hint next", language, name=exercise.name, left=3 - standing.hints))
    if checked.passed:
        lines.append(say("next one" if following else "all passed", language, name=following))
    return "\n".join(lines)
