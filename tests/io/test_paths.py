"""Names that begin with ~, and names that are not UTF-8."""
from pathlib import Path

from twinformer.io.paths import expanded, shown_name


def test_a_tilde_is_the_home_folder_or_part_of_a_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    assert expanded("~/a.txt") == tmp_path / "home" / "a.txt"
    assert expanded("~no-such-user-7.txt") == Path("~no-such-user-7.txt")
    (tmp_path / "~").mkdir()
    assert expanded("~") == Path("~")       # what is there comes first
    assert expanded("a~b") == Path("a~b")


def test_names_are_shown_as_text_that_can_be_written():
    assert shown_name("中文 a.txt") == "中文 a.txt"
    assert shown_name("a\udcd6\udcd0.txt") == "a\\xd6\\xd0.txt"
    assert shown_name(Path("a/b")) == str(Path("a/b"))
