"""What the files beside a vocabulary say of it: which tokens are added, what
stands around a text, and by which tokens a model ends what it writes.

    added_tokens.json        {token: id}
    tokenizer_config.json    added tokens and how they are found; the names
                             of the first and the last token of a text
    generation_config.json   the ids that end what the model writes; where
                             it says nothing, config.json does
"""
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from ...io.text_files import read_text
from ..tokenizer import ENDS, Tokenizer
from .huggingface_checks import check_added_token
from .huggingface_files import with_added

__all__ = ["Settings", "read_settings"]

PLAIN = {"single_word": False, "lstrip": False, "rstrip": False,
         "normalized": False, "special": True}
Some = TypeVar("Some", bound=Tokenizer)


@dataclass(frozen=True)
class Settings:
    """The settings in a folder; its methods bring them to a tokenizer."""

    folder: Path
    config: dict[str, Any]              # of tokenizer_config.json
    added: list[dict[str, Any]]         # tokens, as in a tokenizer.json
    stops: list[int]

    def named(self, role: str) -> str | None:
        """The name of the bos_token or the eos_token, if it is said."""
        token = self.config.get(role)
        return token.get("content") if isinstance(token, dict) else token

    def check_plain(self) -> None:
        """ValueError where a token or a text is not taken as it is."""
        path = self.folder / "tokenizer_config.json"
        if self.config.get("add_prefix_space"):
            raise ValueError(f"{path}: add_prefix_space is true, which needs "
                             "a tokenizer.json that says so; false there "
                             "reads the folder")
        for token in self.added:
            try:
                check_added_token(token)
            except ValueError as problem:
                raise ValueError(f"{path}: {problem}") from None

    def check_free(self, name: str, i: int, its: int | None,
                   whose: str | None) -> None:
        """ValueError where a token has another id, or its id is another's."""
        if its not in (None, i) or whose not in (None, name):
            raise ValueError(
                f"the files in {self.folder} contradict each other: the "
                f"added token {name!r} has the id {i} in one of them, which "
                f"in another is {its if whose is None else whose}")

    def completed(self, content: dict[str, Any]) -> dict[str, Any]:
        """A tokenizer.json with what the other files add to it."""
        if "added_tokens" not in content:       # none of Hugging Face's
            return content
        vocab = content["model"].get("vocab")
        vocab = vocab if isinstance(vocab, dict) else {}
        tokens = {token["content"]: token for token in content["added_tokens"]}
        new = [token for token in self.added if token["content"] not in tokens]
        taken = {token["id"]: name for name, token in tokens.items()}
        if new:
            taken |= {i: name for name, i in vocab.items()}
        for token in self.added:
            name, i = token["content"], token["id"]
            its = tokens[name]["id"] if name in tokens else vocab.get(name)
            self.check_free(name, i, its, taken.get(i))
            tokens[name] = PLAIN | tokens.get(name, {}) | token
        in_order = sorted(tokens.values(), key=lambda token: token["id"])
        content = content | {"added_tokens": in_order}
        if new and vocab:
            content["model"] = content["model"] | {
                "vocab": with_added(vocab, in_order)}
        return content

    def begun(self, tokenizer: Some) -> Some:
        """The tokenizer that knows what its texts begin with. A
        tokenizer.json says it itself, and transformers passes this over."""
        wanted = self.config.get("add_bos_token")
        if wanted is None:
            return tokenizer
        name = self.named("bos_token") or ""
        beginning = tokenizer.special_tokens.get(
            name, tokenizer.marks.beginning) if wanted else None
        return tokenizer.with_marks(
            tokenizer.marks._replace(beginning=beginning))

    def ended(self, tokenizer: Some) -> Some:
        """The tokenizer that knows what its texts end with."""
        names = tokenizer.special_tokens | tokenizer.added_tokens
        name = self.named("eos_token")
        end = names.get(name) if name else None
        marks = tokenizer.marks
        if end is not None and end != tokenizer.end_of_text and (
                name in ENDS or tokenizer.end_of_text is None):
            marks = marks._replace(end=end)
        known = set(names.values())
        stops = [i for i in (*marks.stops, *self.stops, end)
                 if i is not None and i in known]
        known_end = tokenizer.with_marks(marks).end_of_text
        return tokenizer.with_marks(marks._replace(stops=tuple(
            i for i in dict.fromkeys(stops) if i != known_end)))


def read_settings(folder: Path) -> Settings:
    """The settings in a folder; ValueError with the name of a bad file."""
    added = [{"content": name, "id": i} for name, i in
             object_of(folder / "added_tokens.json").items()]
    config = object_of(folder / "tokenizer_config.json")
    known = {token["content"]: token for token in added}
    for i, token in config.get("added_tokens_decoder", {}).items():
        known[token["content"]] = token | {"id": int(i)}
    stops: list[int | None] = []
    for name in ("generation_config.json", "config.json"):
        found = object_of(folder / name).get("eos_token_id")
        stops = found if isinstance(found, list) else [found]
        if not all(isinstance(i, int | None) for i in stops):
            raise ValueError(f"{folder / name}: eos_token_id should be a "
                             f"whole number or a list of them, not {found!r}")
        if stops != [None]:
            break
    return Settings(folder, config, list(known.values()),
                    [i for i in stops if i is not None])


def object_of(path: Path) -> dict[str, Any]:
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
