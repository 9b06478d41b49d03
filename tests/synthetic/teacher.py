"""A model that is no model: what it says follows from the question and the seed alone.

It invents tasks, answers them, and judges, with some of the faults that models have.
"""
import random
import re

__all__ = ["NOUNS", "teacher"]

VERBS = ["Describe", "Compare", "Invent", "Explain", "Rank", "Rename", "Count", "Defend"]
NOUNS = ["river", "lantern", "uncle", "bridge", "winter", "pepper", "candle", "sailor", "garden",
         "mirror", "button", "engine", "market", "shadow", "pillow", "turnip", "violin", "meadow",
         "rocket", "saddle"]
ZH_VERBS = ["描述", "比较", "解释", "设想", "改写", "列举"]
ZH_NOUNS = ["河流", "灯笼", "桥梁", "冬天", "水手", "花园", "镜子", "纽扣", "集市", "影子"]


def teacher(content, times):
    """A script for a judge_server."""
    prompt = content["messages"][0]["content"]
    seed = content.get("seed", content.get("options", {}).get("seed"))
    rng = random.Random(repr((prompt, seed)))
    if "Grade an answer" in prompt:
        return f"Score: {rng.randint(40, 100)}"
    if "Compare two answers" in prompt:
        return longer(prompt)
    if found := re.search(r"(?:numbered |编号从)(\d+)(?: to |到)(\d+)", prompt):
        return tasks(rng, range(int(found[1]), int(found[2]) + 1), "编号" in prompt)
    if rng.random() < 0.1:
        return rng.choice(["", "I'm sorry, but I cannot do that.", "很抱歉，我无法回答。"])
    return " ".join(rng.choices(NOUNS, k=rng.randint(3, 12))).capitalize() + "."


def tasks(rng, numbers, chinese):
    lines = [f"{number}. {task(rng, chinese)}" for number in numbers]
    if rng.random() < 0.2:
        lines.append(f"{len(lines)}. Draw a picture of it.")
    return "Here you are:\n\n" + "\n".join(lines)


def task(rng, chinese):
    if chinese:
        return "".join([rng.choice(ZH_VERBS), *rng.sample(ZH_NOUNS, rng.randint(1, 4))]) + "。"
    words = rng.sample(NOUNS, rng.randint(1, 6))
    return f"{rng.choice(VERBS)} the {' and the '.join(words)}."


def longer(prompt):
    """The longer of two answers is the better one."""
    first, second = prompt.split("[Answer A]\n")[1].split("\n[End]")[0].split("\n\n[Answer B]\n")
    return "A" if len(first) > len(second) else "B" if len(second) > len(first) else "tie"
