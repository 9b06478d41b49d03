"""twinformer generate-data asks twinformer serve: a tiny model, in this process."""
import json

from twinformer.corpora.records import read_preferences
from twinformer.tokenizers.byte_tokenizer import ByteTokenizer

from ..judge_server import judge_server
from ..serving.conftest import served, tiny_service
from ..tiny_base import command
from ..tiny_run import one_thread  # noqa: F401
from .teacher import teacher


class SoonDone(ByteTokenizer):
    """One byte in eight ends an answer."""

    stop_tokens = tuple(range(224, 257))


def test_pairs_of_our_own_server(tmp_path, capsys):
    """Answers end, or are cut off and dropped; the same again from the same seeds."""
    service = tiny_service(context=90)
    service.tokenizer = service.engine.tokenizer = SoonDone()
    tasks = tmp_path / "tasks.json"
    tasks.write_text(json.dumps([{"instruction": f"Say {n}"} for n in range(2)]))
    made = []
    with served(service) as address, judge_server(teacher) as (judge, _):
        for name in ("one", "two"):
            code, said, err = command(
                capsys, "generate-data", "preferences", tasks, "--model", "tiny", "--endpoint",
                address, "--judge", "j", "--judge-endpoint", judge, "--out",
                tmp_path / f"{name}.jsonl", "--max-tokens", 6, "--concurrency", 6,
                "--answers", 8, "--seed", 3)
            assert (code, err) == (0, "") and "cut off" in said
            made.append((tmp_path / f"{name}.jsonl").read_bytes())
    assert made[0] == made[1]
    pairs = read_preferences(tmp_path / "one.jsonl")
    assert pairs and all(len(pair.chosen) > len(pair.rejected) > 0 for pair in pairs)
    log = [json.loads(line) for line in (tmp_path / "one.jsonl.log").read_text("utf-8").split(
        "\n") if '"draw"' in line]
    assert len(log) == 2 * 8 and {record["whole"] for record in log} == {True, False}
    assert all(0 < record["tokens"][1] <= 6 for record in log)


def test_a_model_that_cannot_write_a_list(tmp_path, capsys):
    """It is told so, in a line, and nothing is left but the log."""
    with served(tiny_service(context=2000)) as address:
        code, said, err = command(
            capsys, "generate-data", "instructions", "--model", "tiny", "--endpoint", address,
            "--out", tmp_path / "a.jsonl", "--max-tokens", 5, "--round-size", 1)
    assert code == 2 and "nothing was kept: 5 no list of tasks" in err and said == ""
    assert not (tmp_path / "a.jsonl").exists()
