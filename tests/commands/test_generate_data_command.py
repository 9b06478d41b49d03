"""twinformer generate-data: what is made, how it is asked for, and what is refused."""
import json

import pytest

from twinformer.commands.main import main
from twinformer.corpora.records import read_instructions, read_preferences
from twinformer.endpoints.answer_log import AnswerLog

from ..judge_server import Reply, judge_server
from ..synthetic.teacher import teacher
from ..tiny_base import command, mistake, tiny_base

KEY = "sk-very-secret-0123456789"


def generate(capsys, url, out, *words, mode="instructions"):
    server = ["--endpoint" if mode != "filter" else "--judge-endpoint", f"{url}/v1"]
    model = ["--model", "m"] if mode != "filter" else []
    return command(capsys, "generate-data", mode, *words, *model, *server, "--out", out,
                   "--pause", "0.001", "--patience", 5)


def records(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_tasks_and_answers(tmp_path, capsys):
    """As many as asked for; again nothing is asked; a larger count adds to them."""
    out = tmp_path / "deep" / "tasks.jsonl"
    with judge_server(teacher) as (url, asked):
        code, said, err = generate(capsys, url, out, "--count", 12)
        assert (code, err) == (0, "")
        first, manifest = records(out), out.with_name("tasks.jsonl.manifest.json").read_bytes()
        assert len(first) == 12 and all(
            list(record) == ["instruction", "input", "output"] for record in first)
        assert f"twinformer instruct {out}" in said and "tasks kept" in said
        number = len(asked)
        assert f"answers of the model {number:>9,}\n" in said
        code, said, _ = generate(capsys, url, out, "--count", 12)
        assert code == 0 and len(asked) == number and records(out) == first
        assert f"{number} of them from the log" in said
        assert out.with_name("tasks.jsonl.manifest.json").read_bytes() == manifest
        assert generate(capsys, url, out, "--count", 30)[0] == 0
        assert records(out)[:12] == first and len(records(out)) == 30
        answers = [content["messages"][0]["content"] for *_, content in asked[4:]]
        assert len(set(answers)) == len(answers)       # none was asked twice
    read = read_instructions(out)
    assert [task.instruction for task in read] == [task["instruction"] for task in records(out)]


def test_the_requests(tmp_path, capsys):
    """A round of four with seeds only; then one answer for each task."""
    seeds = tmp_path / "seeds.json"
    seeds.write_text(json.dumps([
        {"instruction": f"Seed {letter}", "input": "with\nthis", "output": "unused"}
        for letter in "abcdefghij"]))
    with judge_server(teacher) as (url, asked):
        generate(capsys, url, tmp_path / "a.jsonl", "--count", 40, "--seeds", seeds, "--seed",
                 7, "--max-tokens", 99, "--concurrency", 1, "--new-tasks", 5)
    contents = [content for *_, content in asked]
    first = [content["messages"][0]["content"] for content in contents[:4]]
    assert [content["seed"] for content in contents[:5]] == [7, 8, 9, 10, 7]
    assert contents[0] == {
        "model": "m", "messages": [{"role": "user", "content": first[0]}], "stream": False,
        "seed": 7, "temperature": 0.7, "max_tokens": 99}
    for prompt in first:
        lines = prompt.split("\n\n")[1].splitlines()
        assert len(lines) == 8 and all(line.endswith(" with this") for line in lines)
        assert len({line.split()[2] for line in lines}) == 8 and "numbered 9 to 13," in prompt
    assert len(set(first)) == 4
    later = [content["messages"][0]["content"] for content in contents[4:]
             if "numbered 9 to 13" in content["messages"][0]["content"]]
    for prompt in later:
        assert sum("Seed " in line for line in prompt.splitlines()) == 6
    assert later


def test_the_result_does_not_depend_on_how_many_ask_at_once(tmp_path, capsys):
    with judge_server(teacher) as (url, _):
        for number in (1, 7):
            assert generate(capsys, url, tmp_path / f"{number}.jsonl", "--count", 20, "--judge",
                            "j", "--min-score", 60, "--concurrency", number)[0] == 0
        assert generate(capsys, url, tmp_path / "other.jsonl", "--count", 20, "--seed", 5)[0] == 0
    assert (tmp_path / "1.jsonl").read_bytes() == (tmp_path / "7.jsonl").read_bytes()
    assert records(tmp_path / "other.jsonl") != records(tmp_path / "1.jsonl")
    assert min(record["score"] for record in records(tmp_path / "1.jsonl")) >= 60


def test_chinese_and_a_list(tmp_path, capsys):
    out = tmp_path / "tasks.json"
    with judge_server(teacher) as (url, asked):
        code, said, _ = generate(capsys, url, out, "--count", 8, "--language", "zh")
    assert code == 0 and "--template alpaca-zh" in said
    assert "请接着写8项新任务" in asked[0][2]["messages"][0]["content"]
    made = json.loads(out.read_text("utf-8"))
    assert len(made) == 8 and "。" in out.read_text("utf-8")


def test_the_manifest_and_the_key(tmp_path, capsys, monkeypatch):
    """Who made it, from what; the key is in the request and nowhere else."""
    monkeypatch.setenv("A_KEY", KEY)
    out = tmp_path / "tasks.jsonl"

    def script(content, times):
        return teacher(content, times).replace("Here", f"Your key is {KEY}. Here")

    with judge_server(script) as (url, asked):
        code, said, err = generate(capsys, url, out, "--count", 5, "--key-env", "A_KEY",
                                   "--judge", "j", "--min-score", 50)
    assert code == 0 and asked[0][1]["Authorization"] == f"Bearer {KEY}"
    judged = [headers for _, headers, content in asked if content["model"] == "j"]
    assert judged and judged[0]["Authorization"] == f"Bearer {KEY}"     # the same server
    assert KEY not in said + err
    assert all(KEY.encode() not in path.read_bytes() for path in tmp_path.iterdir())
    manifest = json.loads((tmp_path / "tasks.jsonl.manifest.json").read_text("utf-8"))
    assert manifest["model"]["model"] == "m" and manifest["judge"]["model"] == "j"
    assert manifest["model"]["host"] == url.removeprefix("http://")
    assert manifest["file"]["records"] == manifest["counts"]["records"] == 5
    assert manifest["complete"] is True and manifest["seeds"]["entries"] == 30


def test_the_key_goes_to_no_other_server(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("A_KEY", KEY)
    with judge_server(teacher) as (url, _), judge_server(teacher) as (other, asked):
        assert generate(capsys, url, tmp_path / "a.jsonl", "--count", 3, "--key-env", "A_KEY",
                        "--judge", "j", "--judge-endpoint", other, "--min-score", 0)[0] == 0
    assert asked and all("Authorization" not in headers for _, headers, _ in asked)


def test_preferences_in_both_orders(tmp_path, capsys):
    """A judge of substance makes pairs; one that takes what stands first makes none."""
    tasks, out = tmp_path / "tasks.json", tmp_path / "pairs.jsonl"
    tasks.write_text(json.dumps([{"instruction": f"Say {n}.", "input": "now", "output": "no"}
                                 for n in range(20)]))
    with judge_server(teacher) as (url, asked):
        code, said, err = generate(capsys, url, out, tasks, "--concurrency", 1,
                                   mode="preferences")
        assert code == 0 and err == "" and f"twinformer dpo {out}" in said
        shown = [content["messages"][0]["content"] for *_, content in asked
                 if "Compare" in content["messages"][0]["content"]]
        assert not any("[Expected answer]" in prompt for prompt in shown)
        draws = [(content["messages"][0]["content"], content["seed"], content["temperature"])
                 for *_, content in asked if content not in shown][:2]
        assert draws == [("Say 0.\nnow", 123, 1.0), ("Say 0.\nnow", 124, 1.0)]
        number = len(asked)
        generate(capsys, url, out, tasks, "--expected", mode="preferences")
        assert "[Expected answer]\nno" in asked[number][2]["messages"][0]["content"]
    pairs = read_preferences(out)
    assert 10 < len(pairs) <= 20
    for pair in pairs:
        assert len(pair.chosen) > len(pair.rejected) and pair.input == "now"
    with judge_server(lambda content, times: "A" if "Compare" in content["messages"][0]["content"]
                      else teacher(content, times)) as (url, asked):
        code, said, err = generate(capsys, url, tmp_path / "none.jsonl", tasks, "--count", 5,
                                   mode="preferences")
    assert code == 2 and "nothing was kept" in err and "a tie" in err
    assert not (tmp_path / "none.jsonl").exists()


def test_the_best_and_the_worst_of_several(tmp_path, capsys):
    """Of four answers the longest and the shortest, by all their comparisons."""
    tasks, out = tmp_path / "tasks.jsonl", tmp_path / "pairs.json"
    tasks.write_text('{"prompt": "Speak."}\n{"prompt": "Speak up."}\n')
    said = ["mm mm", "mm", "mm mm mm mm", "mm mm mm"]

    def script(content, times):
        if "Compare" in content["messages"][0]["content"]:
            return teacher(content, times)
        return said[content["seed"] - 123]

    with judge_server(script) as (url, asked):
        code, *_ = generate(capsys, url, out, tasks, "--answers", 4, "--count", 1,
                            mode="preferences")
    assert code == 0 and len(asked) == 4 + 6 * 2
    assert json.loads(out.read_text("utf-8")) == [
        {"instruction": "Speak.", "input": "", "chosen": said[2], "rejected": said[1]}]


def test_equal_answers_are_no_pair(tmp_path, capsys):
    (tmp_path / "tasks.json").write_text('[{"instruction": "Speak."}]')
    with judge_server(["mm"]) as (url, asked):
        err = generate(capsys, url, tmp_path / "p.jsonl", tmp_path / "tasks.json",
                       mode="preferences")[2]
    assert "1 said before, 1 no two different answers" in err and len(asked) == 2


def test_a_filter_keeps_form_and_fields(tmp_path, capsys):
    """Another --min-score asks nothing; what has no score is dropped and counted."""
    tasks, out = tmp_path / "tasks.json", tmp_path / "good.json"
    entries = [{"instruction": f"Task {n}.", "output": f"Answer {n}.", "id": n} for n in range(9)]
    entries.append({"messages": [{"role": "user", "content": "Task 9."},
                                 {"role": "assistant", "content": "Answer 9."}]})
    tasks.write_text(json.dumps(entries))

    def script(content, times):
        number = int(content["messages"][0]["content"].split("Answer ")[2].split(".")[0])
        return "hm" if number == 3 else f"{number * 10}"

    with judge_server(script) as (url, asked):
        code, said, err = generate(capsys, url, out, tasks, "--judge", "j", mode="filter")
        assert (code, err) == (0, "")
        assert "1  no score" in said and "6  below 70" in said
        assert json.loads(out.read_text("utf-8")) == [
            entry | {"score": n * 10} for n, entry in enumerate(entries) if n >= 7]
        number = len(asked)
        generate(capsys, url, out, tasks, "--judge", "j", "--min-score", 85, mode="filter")
        assert len(asked) == number
        assert [entry["score"] for entry in json.loads(out.read_text("utf-8"))] == [90]
        prompt = asked[0][2]["messages"][0]["content"]
        assert "[Expected answer]" not in prompt and "correct, complete and helpful" in prompt


@pytest.mark.usefixtures("no_plots")
def test_what_is_made_is_learned_from(tmp_path, capsys):
    base = tiny_base(tmp_path)
    quick = ["--model", base, "--folder", tmp_path / "runs", "--epochs", 1, "--device", "cpu",
             "--template", "qa", "--max-new-tokens", 4]
    with judge_server(teacher) as (url, _):
        tasks, pairs = tmp_path / "tasks.jsonl", tmp_path / "pairs.jsonl"
        assert generate(capsys, url, tasks, "--count", 40)[0] == 0
        assert generate(capsys, url, pairs, tasks, mode="preferences")[0] == 0
    code, said, _ = command(capsys, "instruct", tasks, *quick)
    assert code == 0 and "22 tasks to learn, 2 to validate" in said
    assert command(capsys, "dpo", pairs, *quick)[0] == 0


# what goes wrong


def test_a_file_that_is_not_ours_is_left_alone(tmp_path, capsys):
    out = tmp_path / "tasks.jsonl"
    out.write_text("my own work\n")
    with judge_server(teacher) as (url, asked):
        code, _, err = generate(capsys, url, out, "--count", 3)
        assert code == 2 and "exists already" in err and out.read_text() == "my own work\n"
        assert asked == []
        out.unlink()
        assert generate(capsys, url, out, "--count", 3)[0] == 0
        out.write_text(out.read_text() + '{"instruction": "by hand", "output": "x"}\n')
        code, _, err = generate(capsys, url, out, "--count", 4)
        assert code == 2 and "not as this command left it" in err and "by hand" in out.read_text()


def test_something_else_has_a_file_of_its_own(tmp_path, capsys):
    out = tmp_path / "tasks.jsonl"
    with judge_server(teacher) as (url, asked):
        assert generate(capsys, url, out, "--count", 3)[0] == 0
        content, number = out.read_bytes(), len(asked)
        for words, message in [(["--language", "zh"], "settings language 'en', not 'zh'"),
                               (["--seed", 4], "settings seed 123, not 4"),
                               (["--judge", "j"], "judge model None, not 'j'")]:
            code, _, err = generate(capsys, url, out, "--count", 3, *words)
            assert code == 2 and f"was made with {message}; choose another --out" in err
        assert out.read_bytes() == content and len(asked) == number
        assert generate(capsys, url, out, "--count", 3, "--similarity", 0.66)[0] == 0


def test_one_program_at_a_time(tmp_path, capsys):
    with judge_server(teacher) as (url, asked), AnswerLog(tmp_path / "a.jsonl.log"):
        code, _, err = generate(capsys, url, tmp_path / "a.jsonl")
    assert code == 2 and "another program is writing to" in err and "--out" in err
    assert asked == []


def test_a_model_without_new_tasks(tmp_path, capsys):
    """It ends, says so, and keeps what there is."""
    def script(content, times):
        prompt = content["messages"][0]["content"]
        return "9. Name four kinds of tree." if "numbered" in prompt else "Oak, elm, ash and fir."

    with judge_server(script) as (url, asked):
        code, said, _ = generate(capsys, url, tmp_path / "a.jsonl", "--count", 5)
    assert code == 1 and "no new tasks any more, after 1 of 5" in said
    assert len(records(tmp_path / "a.jsonl")) == 1 and len(asked) == 1 + 6 * 4


@pytest.mark.parametrize(("words", "message"), [
    (["instructions"], "which model is to write? --model NAME"),
    (["instructions", "--model", "m", "--count", "0"], "count must be at least 1, got 0"),
    (["instructions", "--model", "m", "--language", "fr"], "expected one of 'en', 'zh', got fr"),
    (["instructions", "--model", "m", "--key-env", "NO_SUCH"], "NO_SUCH is empty or not set"),
    (["instructions", "--model", "m", "--api-key", "sk-1"], "put it into an environment variable"),
    (["instructions", "--model", "m", "--concurrency", "0"], "concurrency must be at least 1"),
    (["instructions", "--model", "m", "--seeds", "empty.json"], "expected tasks to begin with"),
    (["instructions", "--model", "m", "--endpoint", "http://127.0.0.1:9", "--tries", "1"],
     "no connection"),
    (["preferences", "empty.json", "--model", "m"], "expected tasks, got none"),
    (["preferences", "one.json", "--model", "m", "--answers", "1"], "2 answers or more"),
    (["filter", "one.json"], "which model is to judge? --judge NAME"),
    (["filter", "unanswered.json", "--judge", "j"], "expected an answer to be judged, got none"),
    (["filter", "one.json", "--judge", "j", "--min-score", "101"], "min_score must be from 0"),
    (["instruction"], "there is no mode 'instruction'; did you mean instructions?")])
def test_mistakes_are_one_line(tmp_path, capsys, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.json").write_text("[]")
    (tmp_path / "one.json").write_text('[{"instruction": "a", "output": "b"}]')
    (tmp_path / "unanswered.json").write_text('[{"instruction": "a"}]')
    assert message in mistake(capsys, "generate-data", *words)
    assert not list(tmp_path.glob("*.jsonl"))


@pytest.mark.parametrize(("status", "message"), [
    (401, "is the key right?"), (404, "is there such a model?")])
def test_a_refusal_is_told_at_once(tmp_path, capsys, status, message):
    with judge_server([Reply(status)]) as (url, asked):
        code, said, err = generate(capsys, url, tmp_path / "a.jsonl")
    assert code == 2 and message in err and err.count("\n") == 1 and len(asked) <= 4


def test_help_says_how(capsys):
    assert main(["generate-data", "--help"]) == 0
    assert "goes on where it stopped" in capsys.readouterr().out


def test_a_server_that_takes_no_temperature_and_no_seed(tmp_path, monkeypatch):
    """Neither the model's nor the judge's questions have one, if so asked."""
    asked = []

    def script(content, times):
        asked.append(content)
        if {"temperature", "seed"} & content.keys():
            return Reply(400)
        return teacher(content, times)

    with judge_server(script) as (url, _):
        out = tmp_path / "tasks.jsonl"
        assert main(["generate-data", "instructions", "--endpoint", url, "--model", "m",
                     "--judge", "m", "--count", "2", "--out", str(out), "--temperature", "-1",
                     "--seed", "-1", "--judge-temperature", "-1", "--judge-seed", "-1"]) == 0
    assert out.exists() and any("Grade an answer" in str(content["messages"]) for content in asked)
