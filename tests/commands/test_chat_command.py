"""twinformer chat: it remembers, can be told otherwise, and is hard to lose."""
import json

import pytest

from twinformer.backend import implementation
from twinformer.chat.saved import read_conversation
from twinformer.commands.chat.loop import chat_loop
from twinformer.commands.chat.talk import Talk
from twinformer.commands.chat.verdicts import Verdicts
from twinformer.commands.main import main
from twinformer.corpora.prompts import prompt_style
from twinformer.corpora.turns import Turn
from twinformer.tokenizers.byte_tokenizer import ByteTokenizer

from ..serving.test_judging import Judge
from ..tiny_kinds import tiny_model
from ..tiny_run import tiny_run
from .test_prompt_loop import asking


def a_talk(style="qa", context=160, **options):
    package, config = implementation("numpy"), tiny_model("qwen3", context_length=context)
    return Talk(package.new_model(config, 2), ByteTokenizer(), prompt_style(style), package,
                {"temperature": 0.8} | options, 12, 0, "hello")


def test_what_was_said_is_remembered_and_read_again():
    """The second answer is what generate writes behind the whole conversation."""
    talk = a_talk("chatml", temperature=0)
    first = "".join(talk.answer("Hi"))
    turns = [Turn("user", "Hi"), Turn("assistant", talk.style.answer(first))]
    assert talk.turns == turns
    second = "".join(talk.answer("and"))
    from twinformer.chat.conversation import conversation_ids
    ids = conversation_ids(talk.style, [*turns, Turn("user", "and")], talk.tokenizer)
    expected = list(talk.package.generate(talk.model, ids, 12, temperature=0,
                                          stop=talk.tokenizer.stop_tokens))
    decoder = talk.tokenizer.stream_decoder(goes_on=True)
    assert second == "".join(decoder.add(token) for token in expected
                             if token not in talk.tokenizer.stop_tokens)


def test_the_loop_and_its_commands(capsys, tmp_path):
    talk, file = a_talk(), tmp_path / "对话.json"
    chat_loop(talk, asking(["Hi", "", "/sytem x", "/system Be kind.", "/temperature 0.5",
                            "/temperature hot", "/history", "/retry", f"/save {file}", "/save",
                            "/clear", "/retry", f"/load {file}", "/nothing", "/help", "/quit",
                            "never"]))
    shown = capsys.readouterr()
    for words in ("did you mean /system?", "it is told", "temperature 0.5", "expected a number",
                  "user: Hi", "saved to", "/save talk.json", "all is forgotten",
                  "no answer yet", "3 messages are read", "there is no /nothing", "/quit"):
        assert words in shown.err
    assert talk.turns == read_conversation(file)
    assert [turn.role for turn in talk.turns] == ["system", "user", "assistant"]


def test_ctrl_c_stops_an_answer_and_what_was_written_stays_said(capsys, monkeypatch):
    talk = a_talk()
    pieces = talk.pieces

    def interrupted(ids, most):
        for number, piece in enumerate(pieces(ids, most)):
            if number == 3:
                raise KeyboardInterrupt
            yield piece

    monkeypatch.setattr(talk, "pieces", interrupted)
    chat_loop(talk, asking(["Hi", KeyboardInterrupt, "/history"]))
    assert "stopped" in capsys.readouterr().err
    assert [turn.role for turn in talk.turns] == ["user", "assistant"]


def test_a_question_that_was_stopped_before_any_answer_was_never_asked(capsys, monkeypatch):
    talk = a_talk()

    def interrupted(ids, most):
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr(talk, "pieces", interrupted)
    chat_loop(talk, asking(["Hi", "/history"]))
    assert "nothing yet" in capsys.readouterr().err and talk.turns == []


def test_the_oldest_are_forgotten_where_the_context_ends(capsys):
    """A system message stays; a question that is too long is as if it was never asked."""
    talk = a_talk("chatml", 200)
    talk.set_system("Be")
    for question in ("one", "two", "three"):
        list(talk.answer(question))
    assert "no longer sees the first" in capsys.readouterr().err
    before = list(talk.turns)
    with pytest.raises(ValueError, match="shorten it"):
        list(talk.answer("x" * 300))
    assert talk.turns == before and talk.turns[0] == Turn("system", "Be")


def test_a_file_that_is_something_else_is_not_overwritten(tmp_path):
    other = tmp_path / "thesis.json"
    other.write_text("{}", "utf-8")
    talk = a_talk()
    with pytest.raises(FileExistsError, match="no saved conversation"):
        talk.save(str(other))
    assert other.read_text("utf-8") == "{}"
    for content in ("[1]", '{"messages": [{"role": "me", "content": "a"}]}', "x", '{"a": 1}'):
        other.write_text(content, "utf-8")
        with pytest.raises(ValueError, match="expected"):
            talk.load(str(other))


def test_a_classifier_answers_with_its_classes(capsys):
    chat_loop(Verdicts(Judge()), asking(["you win", "/path looks like a command"]))
    shown = capsys.readouterr()
    assert "spam 75.0%   ham 25.0%" in shown.out and "ham 90.0%" in shown.out


def test_the_command_with_a_run(tmp_path, capsys, monkeypatch):
    """What is piped in is answered line by line; a saved talk goes on."""
    run = tiny_run(tmp_path)
    talk = tmp_path / "talk.json"
    talk.write_text(json.dumps({"messages": [
        {"role": "user", "content": "A"}, {"role": "assistant", "content": "B"}]}), "utf-8")
    lines = iter(["a", "/history"])
    monkeypatch.setattr("builtins.input", lambda *_: next(lines, None) or _end())
    assert main(["chat", str(run), "--load", str(talk), "--max_new_tokens", "3",
                 "--backend", "numpy"]) == 0
    shown = capsys.readouterr().err
    assert "was not taught to answer" in shown
    assert main(["chat", str(run), "--temperature", "-1"]) == 2
    assert main(["chat", str(run), "--load", str(tmp_path / "none.json")]) == 2


def _end():
    raise EOFError
