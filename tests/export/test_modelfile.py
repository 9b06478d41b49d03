"""A Modelfile asks a model in the words that it was taught in: its Go template, rendered here by
the few words of that language which it uses, gives what our own styles give."""
import re

import pytest

from twinformer.chat.template import ChatTemplate
from twinformer.corpora.prompts import PROMPT_STYLES
from twinformer.corpora.turns import Turn
from twinformer.export.gguf_file import export_gguf
from twinformer.export.modelfile import TALK, modelfile
from twinformer.export.style_templates import go_template, jinja_template, spelled
from twinformer.tokenizers.byte_tokenizer import ByteTokenizer

from ..tiny_gguf import gguf_run

pytest.importorskip("gguf")
TALKS = [TALK, TALK[1:], TALK[-1:], [TALK[0], TALK[-1]],
         [*TALK, Turn("assistant", "6."), Turn("user", "{{ .Content }} `\"'")]]
CHAT = ByteTokenizer(["<|endoftext|>", "<|im_start|>", "<|im_end|>"])


def rendered(template, turns):
    """What Go's text/template makes of it, of: range, if, else if, end, eq, len, slice, $x := y"""
    parts = re.split(r"(\{\{.*?\}\})", template)
    messages = [{"Role": turn.role, "Content": turn.text} for turn in turns]
    variables, out = {}, []

    def value(word, dot):
        if word.startswith('"'):
            return word[1:-1]
        return variables[word] if word.startswith("$") else dot[word[1:]]

    def holds(test, dot):
        if test == "eq (len (slice $.Messages $i)) 1":
            return len(messages[variables["$i"]:]) == 1
        words = test.split(" ", 2)
        return value(words[1], dot) == value(words[2], dot) if words[0] == "eq" else bool(
            value(test, dot))

    def run(at, dot, writes):
        """From one part to its {{ end }} or {{ else }}; where that is."""
        while at < len(parts):
            part = parts[at]
            if not part.startswith("{{"):
                out.append(part if writes else "")
                at += 1
                continue
            word = part[2:-2].strip()
            if word == "end" or word.startswith("else"):
                return at
            if word.startswith("range"):
                after = at
                for number, message in enumerate(messages if writes else [{}]):
                    variables["$i"] = number
                    after = run(at + 1, message, writes)
                at = after + 1
            elif word.startswith("if "):
                at = branch(at, word[3:], dot, writes)
            elif (found := re.fullmatch(r"(\$\w+) :?= (.*)", word)):
                if writes:
                    variables[found[1]] = value(found[2], dot)
                at += 1
            else:
                out.append(value(word, dot) if writes else "")
                at += 1
        return at

    def branch(at, test, dot, writes):
        done = False
        while True:
            taken = writes and not done and (test is None or holds(test, dot))
            done = done or taken
            at = run(at + 1, dot, taken)
            word = parts[at][2:-2].strip()
            if word == "end":
                return at + 1
            test = word.removeprefix("else").strip().removeprefix("if ") or None

    assert run(0, {}, True) == len(parts)
    return "".join(out)


@pytest.mark.parametrize("talk", range(len(TALKS)))
@pytest.mark.parametrize("name", PROMPT_STYLES)
def test_every_style_in_both_languages(name, talk):
    style, turns = PROMPT_STYLES[name], TALKS[talk]
    expected = spelled(style, turns)
    assert turns[-1].text in expected
    assert rendered(go_template(style), turns) == expected
    assert ChatTemplate(jinja_template(style)).text(turns, asks=True) == expected


def test_spelled_is_what_chat_gives_the_model():
    from twinformer.chat.conversation import conversation_ids

    for style in PROMPT_STYLES.values():
        ids = conversation_ids(style, TALK, ByteTokenizer(()))
        assert ByteTokenizer(()).decode(ids) == spelled(style, TALK)


def test_the_renderer_can_fail():
    style = PROMPT_STYLES["chatml"]
    assert rendered(go_template(style).replace("assistant", "model"), TALK) != spelled(style, TALK)
    talk = '{{ range .Messages }}{{ if eq .Role "user" }}u{{ else }}o{{ end }}{{ end }}!'
    assert rendered(talk, TALK) == "ouou!"


def test_what_llama_cpp_begins_a_text_with_is_not_said_twice():
    llama3 = PROMPT_STYLES["llama3"]
    assert go_template(llama3).startswith("<|begin_of_text|>{{")
    assert go_template(llama3, "<|begin_of_text|>").startswith("{{ range")


def test_thoughts_of_earlier_answers_and_spaces_around_are_jinjas():
    turns = [Turn("user", " a "), Turn("assistant", "<think>\nhm\n</think>\n\nb"),
             Turn("user", "c")]
    for name in ("qwen3", "llama3", "gemma"):
        style = PROMPT_STYLES[name]
        assert ChatTemplate(jinja_template(style)).text(turns, asks=True) == spelled(style, turns)


def lines_of(run, tmp_path):
    return modelfile(run, tmp_path / "my model.gguf")


def test_a_model_that_chats(tmp_path):
    text, remark = lines_of(gguf_run("qwen3", CHAT, {"template": "chatml"}), tmp_path)
    assert text.startswith("FROM ./my model.gguf\nTEMPLATE \"\"\"{{ range") and not remark
    assert '"""\nPARAMETER stop "<|im_end|>"\nPARAMETER stop "<|endoftext|>"\n' in text
    assert "\nPARAMETER num_ctx 64\nPARAMETER temperature 0.7\n" in text
    assert text.count("<|im_end|>") == 4


def test_a_model_that_only_writes_goes_on_with_a_text(tmp_path):
    text, remark = lines_of(gguf_run("qwen3", context_length=100000), tmp_path)
    assert '\nTEMPLATE """{{ .Prompt }}"""\n' in text and not remark
    assert "\nPARAMETER num_ctx 8192\n" in text


def test_a_template_of_ones_own(tmp_path):
    chatml = ChatTemplate("{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}"
                          "<|im_end|>\n{% endfor %}<|im_start|>assistant{{ '\n' }}")
    task = {"template": "own", "chat_template": chatml.to_dict()}
    text, remark = lines_of(gguf_run("qwen3", CHAT, task), tmp_path)
    assert go_template(PROMPT_STYLES["chatml"]) in text and not remark
    other = ChatTemplate("{% for m in messages %}{{ m.role | upper }}: {{ m.content }}//"
                         "{% endfor %}")
    task = {"template": "own", "chat_template": other.to_dict()}
    text, remark = lines_of(gguf_run("qwen3", CHAT, task), tmp_path)
    assert "\nTEMPLATE" not in text and "\n# no TEMPLATE: the model's own chat template" in text
    assert remark.startswith("the Modelfile has no TEMPLATE: the model's own")
    assert '\nPARAMETER stop "//"\n' in text


def test_it_is_written_beside_the_file_and_nothing_is_overwritten(tmp_path):
    run = gguf_run("qwen3", CHAT, {"template": "chatml"})
    said = export_gguf(run, str(tmp_path / "a b 你.gguf")).splitlines()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a b 你.Modelfile", "a b 你.gguf"]
    assert said[1:] == [f'ollama create a-b -f "{tmp_path / "a b 你.Modelfile"}"',
                        "ollama run a-b"]
    assert (tmp_path / "a b 你.Modelfile").read_text("utf-8") == modelfile(
        run, tmp_path / "a b 你.gguf")[0]
    (tmp_path / "a b 你.gguf").unlink()
    with pytest.raises(FileExistsError, match="Modelfile exists already"):
        export_gguf(run, str(tmp_path / "a b 你.gguf"))
    assert len(list(tmp_path.iterdir())) == 1
