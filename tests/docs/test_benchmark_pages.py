"""Every published table can be made again: its page names the command, which exists."""
import re
from pathlib import Path

import pytest

from benchmarks.__main__ import RESULTS, commands_of, main, make_again, pages, words_of

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("page", pages().values(), ids=lambda page: page.stem)
def test_every_page_names_commands_that_exist(page):
    commands = commands_of(page)
    assert commands, f"{page.name} does not say how its tables are made"
    for command in commands:
        module = re.match(r"python -m benchmarks\.(\w+)", command)[1]
        source = (ROOT / "benchmarks" / f"{module}.py").read_text("utf-8")
        for option in re.findall(r"(?<=\s)--[\w-]+", command):
            assert f'"{option}"' in source, f"{page.name}: {module} has no {option}"
        assert words_of(command)[1:3] == ["-m", f"benchmarks.{module}"]


def test_pages_are_listed(capsys):
    assert main([]) == 0
    shown = capsys.readouterr().out
    for name, page in pages().items():
        assert name in shown.split("\n")
        assert all(f"\n    {command}\n" in shown for command in commands_of(page))
    with pytest.raises(SystemExit):
        main(["no-such-page"])
    assert "there are components, " in capsys.readouterr().err


def test_commands_over_several_lines(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# A page\n\n    python -m benchmarks.a --b 1\n\ntext\n\n"
                    "    python -m benchmarks.c \\\n        --d x \\\n        y\n\n"
                    "    python -m other --e\n")
    assert commands_of(page) == ["python -m benchmarks.a --b 1", "python -m benchmarks.c --d x y"]


def test_the_data_folder_is_filled_in(monkeypatch):
    monkeypatch.setenv("TWINFORMER_DATA", "/data")
    assert words_of("python -m benchmarks.a text=$TWINFORMER_DATA/x.txt")[1:] == [
        "-m", "benchmarks.a", "text=/data/x.txt"]
    with pytest.raises(ValueError, match="leaves something open"):
        words_of("python -m benchmarks.a text=...")


def test_what_is_printed_is_kept(tmp_path, capsys):
    page = tmp_path / "page.md"
    page.write_text("    python -m benchmarks.shakespeare --help\n\n"
                    "    python -m benchmarks.shakespeare --no-such-option\n")
    assert make_again("page", page, tmp_path / "out") == 1
    kept = (tmp_path / "out" / "page.md").read_text("utf-8")
    assert "usage: " in kept and "exit code 0" in kept and "exit code 2" in kept
    assert RESULTS.is_dir()
