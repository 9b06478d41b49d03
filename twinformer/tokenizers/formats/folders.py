"""The tokenizer that lies in a folder, in however many files.

transformers has written it as tokenizer.json, or as vocab.json, merges.txt
and added_tokens.json, or as all of them at once; OpenAI as encoder.json and
vocab.bpe; Meta, Google and Alibaba as one file of their own. The fullest is
read, and what another file adds to it.
"""
import json
import re
from pathlib import Path

from ...io.text_files import read_text
from ..bpe import ByteLevelBPE
from ..tokenizer import Tokenizer
from ..vocabulary import Vocabulary
from .bert_files import read_vocab_txt
from .files import read_content, read_file
from .folder_settings import Settings, read_settings
from .gpt2_files import read_gpt2_files

__all__ = ["read_tokenizer_folder"]

PAIRS = (("merges.txt", "vocab.json"), ("vocab.bpe", "encoder.json"))
SINGLE = ("tokenizer.model", "*.tiktoken", "tok*.model", "tok*.bin")
# Vocabularies of other kinds: GPT-2's own must not take their place
OTHERS = ("spiece.model", "sentencepiece.bpe.model",
          "vocab.json", "merges.txt")
MARKED = re.compile(r"<.+>|\[[A-Z_0-9]+\]")      # <s>, <|im_end|>, [PAD]


def read_tokenizer_folder(folder: Path, bpe: type[ByteLevelBPE],
                          content: dict | None = None) -> Tokenizer | None:
    """The tokenizer in a folder; None where there is no file of one.

    bpe : the class that encodes byte pairs, of either implementation
    content : that of its tokenizer.json, if it is known already

    Raises
    ------
    ValueError
        Where a file cannot be read as it asks for, or two contradict each
        other; it names the file.
    """
    settings = read_settings(folder)
    path = folder / "tokenizer.json"
    if path.is_file():
        content = content or read_content(path)
        try:
            content = settings.completed(content)
        except (AttributeError, KeyError, TypeError) as problem:
            raise ValueError(f"{path} is no tokenizer.json: "
                             f"{type(problem).__name__} {problem}") from None
        return settings.ended(read_file(path, bpe, content))
    for merges, ids in PAIRS:
        if (folder / merges).is_file() and (folder / ids).is_file():
            found = read_pair(folder / merges, folder / ids, settings)
            return settings.ended(settings.begun(bpe(*found)))
    for name in SINGLE:
        for path in sorted(folder.glob(name)):
            return settings.ended(settings.begun(read_file(path, bpe)))
    if (path := folder / "vocab.txt").is_file():
        return settings.ended(settings.begun(read_vocab_txt(path, settings.config)))
    for name in OTHERS:
        if (folder / name).is_file():
            raise ValueError(
                f"{folder / name} is a vocabulary that is not read here by "
                "itself; expected a tokenizer.json, or vocab.json and "
                "merges.txt")
    return None


def read_pair(merges: Path, ids: Path, settings: Settings) -> Vocabulary:
    """The vocabulary of two files, and the added tokens beside them."""
    settings.check_plain()
    names = [token["content"] for token in settings.added]
    inside = [token for token in json.loads(read_text(ids))
              if token in names or MARKED.fullmatch(token)]
    found = read_gpt2_files(merges, ids, inside)
    special = dict(found.special_tokens)
    added: dict[str, int] = {}
    taken = {i: name for name, i in special.items()} | {
        i: repr(token) for token, i in found.ranks.items()}
    for token in settings.added:
        name, i = token["content"], token["id"]
        settings.check_free(name, i, special.get(name), taken.get(i))
        special.pop(name, None)
        (special if token.get("special", True) else added)[name] = i
    if str(settings.config.get("tokenizer_class")).startswith("Qwen2"):
        found = found._replace(pattern="qwen", normalization="NFC")
    return found._replace(special_tokens=special, added_tokens=added or None)
