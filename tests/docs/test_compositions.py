"""What docs/from-gpt-2 shows as the change from one model to the next is that change, today."""
from pathlib import Path

import pytest

from docs.compositions import DIFF, FOLDERS, composition, difference, main, renewed

ROOT = Path(__file__).parents[2]
PAGES = [page for folder in FOLDERS for page in sorted((ROOT / folder).glob("*.md"))]
STEPS = {"qwen3": "llama", "qwen3_moe": "qwen3", "gemma3": "llama", "olmo3": "llama",
         "gpt_oss": "qwen3_moe"}


def file(name, package="numpy_impl"):
    return f"{package}/models/{name}.py"


@pytest.mark.parametrize("page", PAGES,
                         ids=lambda page: page.relative_to(ROOT / "docs").as_posix())
def test_every_diff_is_that_of_today(page):
    text = page.read_text("utf-8")
    assert renewed(text) == text, "python -m docs.compositions --pages writes the diffs anew"
    assert len(DIFF.findall(text)) == text.count("```diff"), "a diff names both files above it"
    if page.stem in STEPS:
        assert (file(STEPS[page.stem]), file(page.stem)) in DIFF.findall(text)


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_step_is_on_the_map(folder):
    index = (ROOT / folder / "README.md").read_text("utf-8")
    steps = [page.name for page in (ROOT / folder).glob("[a-z]*.md")]
    assert len(steps) > 6 and all(f"({name})" in index for name in steps)


@pytest.mark.parametrize(("after", "before"), STEPS.items())
def test_the_step_is_the_same_in_both_packages(before, after):
    steps = [difference(file(before, package), file(after, package)).split("\n", 2)[2]
             for package in ("numpy_impl", "torch_impl")]
    assert steps[0] == steps[1]


@pytest.mark.parametrize(("after", "before"), STEPS.items())
def test_a_diff_leaves_nothing_out(before, after):
    lines = difference(file(before), file(after)).splitlines()[2:]
    for path, mark in ((before, "-"), (after, "+")):
        own = [line[1:] for line in lines if line[:1] in ("", " ", mark)]
        assert own == composition(file(path))


def test_a_stale_diff_is_noticed():
    step = difference(file("llama"), file("qwen3"))
    page = f"# A page\n\n```diff\n{step}```\n\nand text\n"
    assert renewed(page) == page
    stale = page.replace("q_norm", "query_norm")
    assert stale != page and renewed(stale) == page


def test_the_command_prints_a_diff(capsys):
    assert main([file("llama"), file("qwen3")]) == 0
    assert capsys.readouterr().out == difference(file("llama"), file("qwen3"))


def test_a_docstring_is_no_part_of_a_composition():
    first, second, *_ = composition(file("qwen3"))
    assert first == "class Qwen3Model(Decoder):" and second.startswith("    def __init__(")


def test_a_method_alone():
    """Its signature and its steps, as far to the left as they go."""
    place = file("bert", "torch_impl") + ":forward"
    first, second, third, *_, last = composition(place)
    assert first.startswith("def forward(self, ids, keep=None") and last == "    return x"
    assert second.endswith("segments=None, qk_clip=None):")
    assert third == "    check_ids(ids, self.config)"
    assert composition(file("bert") + ":__init__")[1] == "    super().__init__()"


def test_mistakes_are_named(capsys):
    assert main(["numpy_impl/models/llama.py"]) == 2
    assert "python -m docs.compositions" in capsys.readouterr().err
    assert main([file("llama"), file("lama")]) == 1
    assert "lama.py" in capsys.readouterr().err
    assert main([file("bert") + ":forward", file("bert") + ":forwards"]) == 1
    assert "one of __init__, forward, backward, got 'forwards'" in capsys.readouterr().err
    assert main([file("llama"), "numpy_impl/layers/softcap.py"]) == 1
    assert "expected a file that defines a model" in capsys.readouterr().err
