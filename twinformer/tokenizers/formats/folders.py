"""The tokenizer that lies in a folder, in however many files.

transformers has written it as tokenizer.json, or as vocab.json, merges.txt
and added_tokens.json, or as all of them at once; OpenAI as encoder.json and
vocab.bpe. The fullest is read, and what another file adds to it.
"""
import json
import re
from pathlib import Path

from ...io.text_files import read_text
from ..vocabulary import Vocabulary
from .gpt2_files import read_gpt2_files
from .huggingface_checks import check_added_token
from .huggingface_files import read_tokenizer_json

__all__ = ["read_tokenizer_folder"]

PAIRS = (("merges.txt", "vocab.json"), ("vocab.bpe", "encoder.json"))
# Vocabularies of other kinds: GPT-2's own must not take their place
OTHERS = ("vocab.txt", "tokenizer.model", "spiece.model",
          "sentencepiece.bpe.model", "vocab.json", "merges.txt")
MARKED = re.compile(r"<.+>|\[[A-Z_0-9]+\]")      # <s>, <|im_end|>, [PAD]


def read_tokenizer_folder(folder: Path) -> Vocabulary | None:
    """The vocabulary in a folder; None where there is no file of one.

    Raises
    ------
    ValueError
        Where a file asks for what is not done here, or two contradict each
        other; it names the file.
    """
    added = added_tokens(folder)
    if (folder / "tokenizer.json").is_file():
        found = read_tokenizer_json(folder / "tokenizer.json")
        return with_added(folder, found, added)
    for merges, ids in PAIRS:
        if (folder / merges).is_file() and (folder / ids).is_file():
            inside = [token for token in json.loads(read_text(folder / ids))
                      if token in added or MARKED.fullmatch(token)]
            return with_added(folder, read_gpt2_files(
                folder / merges, folder / ids, inside), added)
    for name in OTHERS:
        if (folder / name).is_file():
            raise ValueError(
                f"{folder / name} is a vocabulary that is not read here by "
                "itself; expected a tokenizer.json, or vocab.json and "
                "merges.txt")
    return None


def added_tokens(folder: Path) -> dict[str, int]:
    """{token: id} of added_tokens.json and tokenizer_config.json."""
    found = dict(object_of(folder / "added_tokens.json"))
    path = folder / "tokenizer_config.json"
    config = object_of(path)
    for name in ("add_prefix_space", "add_bos_token", "add_eos_token"):
        if config.get(name):
            raise ValueError(f"{path}: {name} is true, which is not "
                             "supported; false there reads the folder")
    for i, token in config.get("added_tokens_decoder", {}).items():
        try:
            check_added_token(token)
        except ValueError as problem:
            raise ValueError(f"{path}: {problem}") from None
        found[token["content"]] = int(i)
    return found


def object_of(path: Path) -> dict:
    """The JSON object in a file; an empty one where there is no file."""
    if not path.is_file():
        return {}
    try:
        content = json.loads(read_text(path))
    except ValueError as problem:
        raise ValueError(f"{path} is no JSON: {problem}") from None
    if not isinstance(content, dict):
        raise ValueError(f"{path} is no JSON object")
    return content


def with_added(folder, vocabulary: Vocabulary, added) -> Vocabulary:
    """The vocabulary with the tokens that it lacks."""
    special = dict(vocabulary.special_tokens)
    taken = {i: name for name, i in special.items()} | {
        i: repr(token) for token, i in vocabulary.ranks.items()}
    for name, i in added.items():
        if special.get(name, i) != i or taken.get(i, name) != name:
            raise ValueError(
                f"the files in {folder} contradict each other: the added "
                f"token {name!r} has the id {i} in one of them, which in "
                f"another is {taken.get(i, special.get(name))}")
        special[name] = i
    return vocabulary._replace(special_tokens=special)
