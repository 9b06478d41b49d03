"""The chat template in a model's folder: where it is found, how it is written."""
import json

import pytest
from transformers import AutoTokenizer

from twinformer.chat.files import style_named, template_in, write_chat_template
from twinformer.chat.template import ChatTemplate
from twinformer.corpora.prompts import CHATML as CHATML_STYLE
from twinformer.corpora.turns import Turn
from twinformer.pretrained.tokenizer_files import write_tokenizer_files

from parity_tests.text.samples import error_of

from .templates import CHATML, LLAMA3, MISTRAL, tokenizer

TURNS = [Turn("user", "Why?"), Turn("assistant", "So.")]


def written(folder, **config):
    write_tokenizer_files(folder, tokenizer(), 64)
    path = folder / "tokenizer_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | config))
    return folder


def text_of(folder):
    return style_named("own", template_in(folder)).text(TURNS)


def peers_text(folder):
    return AutoTokenizer.from_pretrained(folder).apply_chat_template(
        [{"role": turn.role, "content": turn.text} for turn in TURNS], tokenize=False)


@pytest.mark.parametrize("config", [
    {"chat_template": CHATML}, {"chat_template": MISTRAL, "bos_token": "<s>"},
    {"chat_template": MISTRAL, "bos_token": {
        "__type": "AddedToken", "content": "<s>", "lstrip": False, "rstrip": False,
        "single_word": False, "normalized": False}},
    {"chat_template": [{"name": "tool_use", "template": "tools"},
                       {"name": "default", "template": LLAMA3}]}])
@pytest.mark.parametrize("beside", [False, True])
def test_transformers_finds_the_same(tmp_path, config, beside):
    """In tokenizer_config.json, by names, and before it chat_template.jinja."""
    written(tmp_path, **config)
    if beside:
        (tmp_path / "chat_template.jinja").write_text("\n{{ messages[0].content }}\n")
    assert text_of(tmp_path) == peers_text(tmp_path)


def test_the_file_says_where_it_comes_from(tmp_path):
    state = template_in(written(tmp_path, chat_template=CHATML))
    assert state["template"] == "own"
    assert state["chat_template"]["origin"] == str(tmp_path / "tokenizer_config.json")
    (tmp_path / "chat_template.jinja").write_text(LLAMA3)
    assert template_in(tmp_path)["chat_template"]["origin"] == str(
        tmp_path / "chat_template.jinja")


def test_a_folder_without(tmp_path):
    assert template_in(tmp_path) == {} == template_in(written(tmp_path, chat_template=None))
    assert "this model has none; take another one, such as chatml" in error_of(
        style_named, "own", {})
    assert style_named("chatml", {}) is CHATML_STYLE


@pytest.mark.parametrize(("template", "message"), [
    ([{"name": "tool_use", "template": "a"}], "none of its chat templates is called default"),
    (3, "expected a text as its chat_template, got 3"), ([3], "there are ")])
def test_files_that_are_damaged(tmp_path, template, message):
    written(tmp_path, chat_template=template)
    assert message in error_of(template_in, tmp_path)
    assert "tokenizer_config.json" in error_of(template_in, tmp_path)


@pytest.mark.parametrize("source", ["\n{{ bos_token }}{{ messages[0].content }}\n", MISTRAL,
                                    "{% if a %}b{% endif %}{{ bos_token }}"])
def test_a_written_template_keeps_its_variables(tmp_path, source):
    """Also where the folder's own first token is another one."""
    template = ChatTemplate(source, {"bos_token": "<s>", "eos_token": '"\'\\\u00e9', "a": False})
    written(tmp_path, bos_token="[INST]")
    write_chat_template(template, tmp_path)
    assert text_of(tmp_path) == template.text(TURNS) == peers_text(tmp_path)
