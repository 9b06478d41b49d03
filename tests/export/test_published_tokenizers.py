"""A published tokenizer goes all the way: a corpus in its tokens, a run, generated text, and
out again as a folder that transformers opens."""
import json

import pytest

from twinformer.backend import load_tokenizer
from twinformer.commands.main import main
from twinformer.prepare.prepared import PreparedCorpus
from twinformer.runs.opened_run import open_run

from tests.tokenizers.standins import FAMILIES, folder_of

pytestmark = [pytest.mark.usefixtures("no_plots", "one_thread"),
              pytest.mark.filterwarnings("ignore")]
TEXTS = ["low  lower\n\n<b>", "café 你好 <think>"]


@pytest.mark.parametrize("name", FAMILIES)
def test_from_its_folder_to_a_folder(name, tmp_path, capsys):
    transformers = pytest.importorskip("transformers")
    (tmp_path / "in").mkdir()
    tokenizer = load_tokenizer(folder_of(name, tmp_path / "in"))
    documents = [" ".join(map(str, range(start, start + 90))) for start in range(0, 2000, 100)]
    (tmp_path / "c.jsonl").write_text("".join(
        json.dumps({"text": text}) + "\n" for text in documents), encoding="utf-8")
    shape = ["--d-model", "8", "--n-heads", "2", "--n-layers", "1", "--context-length", "16"]
    for words in (
            ["data", "prepare", tmp_path / "c.jsonl", "--tokenizer", tmp_path / "in",
             "--folder", tmp_path / "prepared", "--validation", "0.3"],
            ["train", tmp_path / "prepared", *shape, "--max-steps", "2", "--batch-size", "2",
             "--eval-interval", "0", "--sample-tokens", "0", "--name", "r", "--folder", tmp_path],
            ["export", tmp_path / "r", tmp_path / "out"]):
        assert main(list(map(str, words))) == 0, capsys.readouterr().err

    ids = PreparedCorpus(tmp_path / "prepared").train[:].tolist()
    first = tokenizer.beginning_of_text
    assert ids[-1] == tokenizer.end_of_text and (first is None or ids[0] == first)
    run = open_run(tmp_path / "r")
    assert run.tokenizer.to_dict() == tokenizer.to_dict()
    peer = transformers.AutoTokenizer.from_pretrained(tmp_path / "out")
    for text in TEXTS:
        assert peer(text).input_ids == tokenizer.encode(text, add_beginning=True)
    config = transformers.GenerationConfig.from_pretrained(tmp_path / "out")
    assert config.bos_token_id == tokenizer.first_token
    for source in (tmp_path / "r", tmp_path / "out"):
        capsys.readouterr()
        for words in ([], ["--prompt", "low"]):
            assert main(["generate", str(source), "--max-new-tokens", "3", *words]) == 0
        assert "tokens" in capsys.readouterr().err
