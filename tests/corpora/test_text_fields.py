"""Tables and records as a corpus: the column that holds the text is asked for."""
import gzip
import json

import pytest

from twinformer.corpora.documents import read_documents

RECORDS = [{"id": 1, "body": "一, two"}, {"id": 2, "body": "three"}]


def write(path, encoding="utf-8"):
    name = path.name.lower()
    if ".json" in name or ".ndjson" in name:
        lines = [json.dumps(record) for record in RECORDS]
        text = f"[{', '.join(lines)}]" if ".json" in name and "jsonl" not in name and (
            "ndjson" not in name) else "\n".join(lines)
    else:
        mark = "\t" if ".tsv" in name else ","
        text = f"id{mark}body\n" + "".join(f'{r["id"]}{mark}"{r["body"]}"\n' for r in RECORDS)
    content = text.encode(encoding)
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)


@pytest.mark.parametrize("name", ["a.csv", "a.Csv.GZ", "a.tsv", "a.json", "a.JSONL", "a.ndjson",
                                  "a.json.gz"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_document_a_row(tmp_path, name, encoding):
    write(tmp_path / name, encoding)
    found = read_documents([tmp_path / name], text_field="body")
    assert [document.text for document in found] == ["一, two", "three"]
    with pytest.raises(ValueError, match=r"(columns?|found) .*'?body'?") as problem:
        read_documents([tmp_path / name])
    assert "--text-field" in str(problem.value) and name.split(".")[0] in str(problem.value)


def test_columns_without_names_are_shown_by_their_first_cells(tmp_path):
    (tmp_path / "a.csv").write_text("".join(f"ham,message {n}\n" for n in range(5)))
    with pytest.raises(ValueError, match=r"--text-field: 1 \('ham'\), 2 \('message 0'\)"):
        read_documents([tmp_path / "a.csv"])
    assert read_documents([tmp_path / "a.csv"], text_field="2")[4].text == "message 4"


def test_one_column_or_the_usual_name_needs_no_question(tmp_path):
    (tmp_path / "a.csv").write_text("id,Text\n1,one\n2,\n3,three\n")
    assert [d.text for d in read_documents([tmp_path / "a.csv"])] == ["one", "three"]
    (tmp_path / "b.csv").write_bytes("文本\n第一\n第二\n".encode("gb18030"))
    assert [d.text for d in read_documents([tmp_path / "b.csv"])] == ["第一", "第二"]


def test_other_json_is_text(tmp_path):
    for text in ('{"a": [1, 2]}', "[1, 2]", "[1, 2"):
        (tmp_path / "a.json").write_text(text)
        assert read_documents([tmp_path / "a.json"])[0].text == text
