"""What the files beside a vocabulary say is done, as transformers does it."""
import json

import pytest
from tokenizers import AddedToken, Tokenizer

from twinformer.tokenizers.bpe import ByteLevelBPE
from twinformer.backend import load_tokenizer
from twinformer.pretrained.tokenizer_files import write_tokenizer_files
from twinformer.tokenizers.huggingface_tokenizer import HuggingFaceTokenizer

from parity_tests.text.samples import NASTY, error_of
from tests.tokenizers.standins import BOS, FAMILIES, SPECIAL, folder_of, standin

transformers = pytest.importorskip("transformers")
LINES = [*NASTY, "the café is low", "a<mask> b <mask>c", "e\u0301 12345", "x<think>y"]


def write(folder, name, **changes):
    path = folder / name
    content = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps(content | changes))


def as_transformers(folder):
    """Ours; its ids are those of AutoTokenizer."""
    peer = transformers.AutoTokenizer.from_pretrained(folder)
    tokenizer = load_tokenizer(folder)
    for line in LINES:          # behind a letter: ours begins no text twice
        line = f"a{line}"
        assert tokenizer.encode(line, "all", add_beginning=True) == peer(line).input_ids, line
    return tokenizer


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("wanted", [True, False])
def test_a_tokenizer_json_says_itself_what_begins_a_text(tmp_path, name, wanted):
    folder_of(name, tmp_path)
    write(tmp_path, "tokenizer_config.json", add_bos_token=wanted, add_eos_token=wanted)
    tokenizer = as_transformers(tmp_path)
    assert (tokenizer.beginning_of_text is not None) == (name in BOS)


@pytest.mark.parametrize("wanted", [True, False])
def test_of_two_files_the_config_says_it(tmp_path, wanted):
    two_files("gpt2", tmp_path, add_bos_token=wanted, tokenizer_class="GPT2Tokenizer")
    tokenizer = as_transformers(tmp_path)
    assert tokenizer.beginning_of_text == (tokenizer.end_of_text if wanted else None)


@pytest.mark.parametrize("name", ["qwen3", "gemma3"])
def test_tokens_of_the_config_are_added(tmp_path, name):
    """With the flags that they have there."""
    folder_of(name, tmp_path)
    config = json.loads((tmp_path / "tokenizer_config.json").read_text())
    size = standin(name).get_vocab_size()
    more = {"content": "<mask>", "lstrip": True, "rstrip": False, "single_word": False,
            "normalized": False, "special": True}
    write(tmp_path, "tokenizer_config.json", added_tokens_decoder=config[
        "added_tokens_decoder"] | {str(size): more})
    tokenizer = as_transformers(tmp_path)
    assert tokenizer.special_tokens["<mask>"] == size
    assert isinstance(tokenizer, HuggingFaceTokenizer)


@pytest.mark.parametrize("name", ["gpt2", "qwen3", "llama3"])
def test_an_added_token_has_the_id_that_is_said(tmp_path, name):
    folder_of(name, tmp_path)
    size = standin(name).get_vocab_size()
    write(tmp_path, "added_tokens.json", **{"<far>": size + 9, "<off>": size + 20})
    tokenizer = load_tokenizer(tmp_path)
    assert tokenizer.encode("<far><off>", "all") == [size + 9, size + 20]
    assert tokenizer.vocab_size == size + 21 and isinstance(tokenizer, ByteLevelBPE)
    write_tokenizer_files(tmp_path, tokenizer, 99)
    peer = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    text = "a<far>b<off>" + "".join(SPECIAL[name][::-1])
    assert peer.encode(text).ids == tokenizer.encode(text, "all", add_beginning=True)
    assert load_tokenizer(tmp_path).to_dict() == tokenizer.to_dict()


def two_files(name, folder, **config):
    """A vocabulary as transformers 4 kept it, without a tokenizer.json."""
    folder_of(name, folder)
    content = json.loads((folder / "tokenizer.json").read_text())
    vocab = content["model"]["vocab"]
    if name == "gpt2":
        vocab |= {token["content"]: token["id"] for token in content["added_tokens"]}
    (folder / "vocab.json").write_text(json.dumps(vocab))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(
        f"{a} {b}\n" for a, b in content["model"]["merges"]))
    write(folder, "tokenizer_config.json", **config)
    (folder / "tokenizer.json").unlink()


def test_two_files_of_qwen_have_its_pattern_and_normal_form(tmp_path):
    whole = load_tokenizer(folder_of("qwen3", tmp_path))
    two_files("qwen3", tmp_path, tokenizer_class="Qwen2Tokenizer")
    pair = as_transformers(tmp_path)
    assert pair.to_dict() == whole.to_dict() and pair.normalization == "NFC"


def test_what_ends_a_text(tmp_path):
    folder_of("llama3", tmp_path)
    special = standin("llama3").token_to_id
    begin, end, turn = map(special, ("<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>"))

    def stops():
        return load_tokenizer(tmp_path).stop_tokens

    assert stops() == (end, turn)
    (tmp_path / "generation_config.json").unlink()
    assert stops() == (end, turn)               # by tokenizer_config's eos_token
    write(tmp_path, "tokenizer_config.json", eos_token={"content": "<|end_of_text|>"})
    assert stops() == (end,)
    write(tmp_path, "config.json", eos_token_id=[end, turn])
    assert stops() == (end, turn)
    write(tmp_path, "generation_config.json", eos_token_id=begin)
    assert stops() == (end, begin)              # it comes before config.json
    write(tmp_path, "generation_config.json", eos_token_id=[65, 10**6])
    assert stops() == (end,)                    # a letter ends nothing
    write(tmp_path, "generation_config.json", eos_token_id="</s>")
    assert "generation_config.json: eos_token_id" in error_of(load_tokenizer, tmp_path)


def test_an_end_of_another_name(tmp_path):
    peer = Tokenizer.from_str(standin("gpt2").to_str())
    content = json.loads(peer.to_str().replace("<|endoftext|>", "<|stop|>"))
    (tmp_path / "tokenizer.json").write_text(json.dumps(content))
    assert load_tokenizer(tmp_path).end_of_text is None
    write(tmp_path, "tokenizer_config.json", eos_token="<|stop|>")
    tokenizer = load_tokenizer(tmp_path)
    assert tokenizer.end_of_text == peer.token_to_id("<|endoftext|>")
    tokenizer.save(tmp_path / "saved.json")
    assert load_tokenizer(tmp_path / "saved.json").stop_tokens == (tokenizer.end_of_text,)


def test_special_tokens_may_lie_beyond_a_models_vocabulary(tmp_path):
    """Gemma's token for images does; a token that ends a text may not."""
    folder_of("gemma3", tmp_path)
    size = standin("gemma3").get_vocab_size()
    peer = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    peer.add_special_tokens([AddedToken("<image_soft_token>", normalized=False)])
    peer.save(str(tmp_path / "tokenizer.json"))
    tokenizer = load_tokenizer(tmp_path)
    assert tokenizer.vocab_size == size + 1 and tokenizer.text_vocab_size == size
    write(tmp_path, "generation_config.json", eos_token_id=size)
    assert load_tokenizer(tmp_path).text_vocab_size == size + 1


def test_damaged_files_are_named(tmp_path):
    folder_of("gpt2", tmp_path)
    for name in ("tokenizer_config.json", "generation_config.json"):
        (tmp_path / name).write_text("[1]")
        assert f"{name} is no JSON object" in error_of(load_tokenizer, tmp_path)
        (tmp_path / name).unlink()
    (tmp_path / "tokenizer.json").write_text('{"model": 3, "added_tokens": []}')
    assert "no tokenizer.json" in error_of(load_tokenizer, tmp_path)


def test_an_empty_folder_has_none(tmp_path):
    with pytest.raises(FileNotFoundError, match="no tokenizer in"):
        load_tokenizer(tmp_path)
