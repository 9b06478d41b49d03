"""Is the first row a header? Known names are not enough, and not needed."""
import pytest

from twinformer.io.tables.reading import read_table


def table(tmp_path, text, **options):
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    return read_table(tmp_path / "a.csv", **options)


TALK = ("comment,Nice work\nquestion,How does it end\ncomment,I like it\n"
        "question,Where was it made\nquestion,Who wrote it\nquestion,Why\n")


@pytest.mark.parametrize("text, header", [
    (TALK, False),                                          # a label is called so
    (TALK.replace("comment,I like it\n", ""), False),       # and is there once
    ("comment,kind\nNice work,comment\nWho wrote it,question\n", True),
    ("label,text\na,b\n", True),
    ("标签,内容\na,b\n", True),
    ("標籤,內容\na,b\n", True),
    ("text,a\nb,text\n", True),
    ("Meinung,Sterne\n" + "".join(f"es war so {n},{n % 2}\n" for n in range(6)), True),
    ("原话,结果\n" + "".join(
        f"我喜欢这部电影{n},{'好坏'[n % 2]}\n"
        for n in range(6)), True),
    ("good,it was nice\nbad,it was not\ngood,well\nbad,no\ngood,yes\n", False),
    ("so so,it was fine\n" + "good,well\nbad,no\n" * 4, False),
    ("3,it was nice\n" + "1,no\n2,well\n" * 4, False),
    ("a,b\nc,d\n", False)])
def test_a_header_is_one_that_the_other_rows_agree_with(tmp_path, text, header):
    found = table(tmp_path, text)
    assert found.header is header
    assert len(found.rows) == text.count("\n") - header
    assert table(tmp_path, text, header=not header).header is not header    # whoever says so


def test_a_guess_without_a_known_name_is_said(tmp_path):
    told = []
    table(tmp_path, "Meinung,Sterne\n" + "es war so,1\nund so,2\n" * 4, note=told.append)
    assert len(told) == 1
    assert "its first row is taken for a header (classify --header false" in told[0]
    table(tmp_path, "text,label\na,b\n", note=told.append)
    assert len(told) == 1


def test_what_stands_above_the_header(tmp_path):
    """Excel writes a line with the separator, Windows a byte-order mark."""
    for begin in ("sep=;\n", "\ufeff", "\ufeff\"sep=;\"\r\n", "\n\n"):
        found = table(tmp_path, begin + "label;text\nham;Hello, you\nspam;Win, now\n")
        assert found.names == ["label", "text"]
        assert [row.cells for row in found.rows] == [["ham", "Hello, you"], ["spam", "Win, now"]]


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8-sig", "utf-16"])
def test_chinese_tables_of_windows(tmp_path, encoding):
    text = "标签,内容\n" + "".join(f"{'好坏'[n % 2]}评,这部电影我看了{n}遍,真的\n".replace(
        "遍,", '遍，') for n in range(6))
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    found = read_table(tmp_path / "a.csv")
    assert found.names == ["标签", "内容"] and len(found.rows) == 6
    assert found.rows[1].cells == ["坏评", "这部电影我看了1遍，真的"]
