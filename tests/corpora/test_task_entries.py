"""Tasks and pairs in the forms in which people have them."""
import json

import pytest

from twinformer.corpora.records import (
    Instruction, Preference, read_instructions, read_preferences,
)

from twinformer.corpora.turns import Turn

from parity_tests.text.samples import error_of


def openai(*turns):
    return [{"role": role, "content": text} for role, text in turns]


def sharegpt(*turns):
    return [{"from": role, "value": text} for role, text in turns]


ASKED = openai(("user", "a"), ("assistant", "b"))


def written(path, entries, lines=False):
    text = "\n".join(map(json.dumps, entries)) if lines else json.dumps(entries, indent=1)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("entry", [
    {"instruction": "a", "output": "b"}, {"instruction": "a", "input": None, "output": "b"},
    {"instruction": "a", "context": "", "response": "b", "category": 3},
    {"prompt": "a", "completion": "b"}, {"prompt": "a", "input": None, "completion": "b"},
    {"messages": ASKED}, {"messages": ASKED, "system": None, "id": 1},
    {"messages": openai(("system", ""), ("user", "a"), ("assistant", "b"))},
    {"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}], "name": None},
                  {"role": "assistant", "content": "b", "tool_calls": None}]},
    {"conversations": sharegpt(("human", "a"), ("gpt", "b"))},
    {"prompt": openai(("user", "a")), "completion": openai(("assistant", "b"))}], ids=str)
@pytest.mark.parametrize("lines", [True, False])
@pytest.mark.parametrize("name", ["t.json", "t.jsonl", "t.txt", "t"])
def test_tasks(tmp_path, entry, lines, name):
    path = written(tmp_path / name, [entry, entry], lines)
    assert read_instructions(path) == [Instruction("a", "", "b")] * 2


def test_a_system_message_stands_in_front(tmp_path):
    path = written(tmp_path / "t", [
        {"messages": openai(("system", "Be brief."), *[("user", "a"), ("assistant", "b")])},
        {"system": "Be brief.", "conversations": sharegpt(("human", "a"), ("gpt", "b"))}])
    assert read_instructions(path) == [Instruction("Be brief.\n\na", "", "b")] * 2


def test_of_long_conversations_the_first_exchange(tmp_path):
    notes = []
    path = written(tmp_path / "chats.json", [
        {"messages": ASKED + openai(("user", "c"), ("assistant", "d"))}, {"messages": ASKED}])
    assert read_instructions(path, note=notes.append) == [Instruction("a", "", "b")] * 2
    assert len(notes) == 1 and f"{path}: 1 of 2 conversations go on" in notes[0]


@pytest.mark.parametrize("entry", [
    {"instruction": "a", "input": None, "output": None, "chosen": "b", "rejected": "c"},
    {"prompt": "a", "chosen": "b", "rejected": "c", "score": 0.5},
    {"prompt": "a", "chosen": ASKED, "messages": ASKED,
     "rejected": openai(("user", "a"), ("assistant", "c"))},
    {"chosen": ASKED, "rejected": openai(("user", "a"), ("assistant", "c"))},
    {"prompt": openai(("user", "a")), "chosen": openai(("assistant", "b")),
     "rejected": openai(("assistant", "c"))},
    {"conversations": sharegpt(("human", "a")), "chosen": {"from": "gpt", "value": "b"},
     "rejected": {"from": "gpt", "value": "c"}}], ids=str)
def test_pairs(tmp_path, entry):
    path = written(tmp_path / "p.txt", [entry, entry], lines=True)
    assert read_preferences(path) == [Preference("a", "", "b", "b", "c")] * 2


def test_pairs_at_the_end_of_conversations_are_left_out(tmp_path):
    notes = []
    late = {"prompt": [*ASKED, *openai(("user", "c"))], "chosen": "d", "rejected": "e"}
    path = written(tmp_path / "p.json", [late, {"prompt": "a", "chosen": "b", "rejected": "c"}])
    assert read_preferences(path, note=notes.append) == [Preference("a", "", "b", "b", "c")]
    assert f"{path}: 1 of 2 entries" in notes[0]
    assert "several turns" in error_of(read_preferences, written(path, [late]))


@pytest.mark.parametrize(("entry", "message"), [
    ({"messages": openai(("user", "a"))}, "no answer"),
    ({"messages": openai(("assistant", "a"))}, "begins with a message of the user"),
    ({"messages": openai(("tool", "a"))}, "a message of 'tool'"),
    ({"messages": []}, "got none"), ({"messages": "a"}, "list of messages"),
    ({"messages": ["a"]}, '{"role": "user"'), ({"messages": [{"role": "user"}]}, "with a text"),
    ({"messages": [{"role": ["user"], "content": "a"}]}, "a message of ['user']"),
    ({"prompt": 3, "completion": "b"}, "'prompt', got 3"), ({"text": "a"}, "instruction"),
    ({"instruction": "a", "output": 5}, "'output', got 5"), ("a", "expected texts")], ids=str)
def test_what_is_no_task_is_named(tmp_path, entry, message):
    path = written(tmp_path / "t.json", [{"prompt": "a", "completion": "b"}, entry])
    said = error_of(read_instructions, path)
    assert said.startswith(f"{path}, entry 1: ") and message in said


@pytest.mark.parametrize(("entry", "message"), [
    ({"prompt": "a", "chosen": "b", "rejected": None}, "rejected"),
    ({"chosen": "b", "rejected": "c"}, "expected texts instruction"),
    ({"chosen": ASKED, "rejected": openai(("user", "z"), ("assistant", "c"))}, "different"),
    ({"prompt": "a", "chosen": openai(("user", "a")), "rejected": "b"}, "of the assistant"),
    ({"prompt": "a", "chosen": 1, "rejected": "b"}, "'chosen', got 1")], ids=str)
def test_what_is_no_pair_is_named(tmp_path, entry, message):
    path = written(tmp_path / "p.json", [entry])
    said = error_of(read_preferences, path)
    assert said.startswith(f"{path}, entry 0: ") and message in said


LONG = openai(("system", "S"), ("user", "a"), ("user", "b"), ("assistant", "c"), ("system", "T"),
              ("user", "d"), ("assistant", "e"), ("user", "f"))
BEFORE = (Turn("system", "S"), Turn("user", "a\n\nb"), Turn("assistant", "c"), Turn("system", "T"))


@pytest.mark.parametrize(("messages", "task"), [
    (LONG, Instruction("d", "", "e", BEFORE)), (ASKED, Instruction("a", "", "b")),
    (LONG[:4], Instruction("a\n\nb", "", "c", (Turn("system", "S"),)))], ids=str)
def test_whole_conversations(tmp_path, messages, task):
    """The last answered question, and before it all that was said."""
    notes = []
    path = written(tmp_path / "t.json", [{"messages": messages}])
    assert read_instructions(path, whole=True, note=notes.append) == [task]
    assert not notes


def test_a_last_question_without_an_answer(tmp_path):
    """It is asked, where answers are not needed."""
    path = written(tmp_path / "t.json", [{"messages": LONG, "system": "R"}])
    (task,) = read_instructions(path, whole=True, answered=False)
    assert task == Instruction("f", "", "", (
        Turn("system", "R\n\nS"), *BEFORE[1:], Turn("user", "d"), Turn("assistant", "e")))
    path = written(tmp_path / "u.json", [{"messages": LONG[:3]}])
    assert read_instructions(path, whole=True, answered=False) == [
        Instruction("a\n\nb", "", "", (Turn("system", "S"),))]
    assert "no answer" in error_of(read_instructions, path, whole=True)
    path = written(tmp_path / "v.json", [{"messages": [*LONG[:5], LONG[6]]}])
    assert "follows no question" in error_of(read_instructions, path, whole=True)
