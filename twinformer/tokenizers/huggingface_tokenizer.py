"""Any tokenizer.json, by the library that defines the format.

Where a file is byte pairs as we write them, it is read into a BPETokenizer
(formats/huggingface_files.py). What other models have, such as Gemma's byte
pairs on characters, is a pipeline of many parts; the library that wrote the
file runs it here, and our interface is put in front.
"""
import json
import os
from functools import cached_property
from typing import Any

from ..io.files import write_atomically
from ..io.strict_json import json_text
from ..io.text_files import read_text
from ..io.surrogates import repair_surrogates
from .formats.huggingface_decoders import bytes_of_tokens
from .formats.huggingface_parts import beginning_of, template
from .special_tokens import split_special
from .tokenizer import Tokenizer
from .vocabulary import TextMarks

__all__ = ["HuggingFaceTokenizer"]


class HuggingFaceTokenizer(Tokenizer):
    """The tokenizer that a tokenizer.json describes, by ``tokenizers``.

    Its post-processor, which puts tokens around a text, is not run: that is
    left to the caller (``add_beginning``). Nor is a text cut off or filled
    up, whatever truncation and padding the file asks for.

    Parameters
    ----------
    content
        What is in the file; ``from_file`` reads one.
    marks
        What stands around a text; left out, as the post-processor says.

    Raises
    ------
    ValueError
        Where the library cannot read it, or a decoder does not write token
        by token.
    """

    kind = "huggingface"

    def __init__(self, content: dict[str, Any],
                 marks: TextMarks | None = None):
        self.content = content
        self.library = self.loaded()
        self.library.encode_special_tokens = True   # as plain text
        added = {token["content"]: token["id"]
                 for token in content["added_tokens"]}
        special = {token["content"]: token["id"]
                   for token in content["added_tokens"] if token["special"]}
        self.usual_marks = TextMarks(beginning_of(content))
        table, self.spaced = bytes_of_tokens(content, self.library)
        for i in special.values():
            table.pop(i, None)
        super().__init__(
            table, special,
            {name: i for name, i in added.items() if name not in special},
            marks or self.usual_marks)

    def loaded(self):
        """The library's own object, which neither cuts nor fills texts."""
        import tokenizers
        try:
            library = tokenizers.Tokenizer.from_str(json_text(self.content))
        except Exception as problem:        # it raises nothing narrower
            raise ValueError("the library tokenizers cannot read it: "
                             f"{problem}") from None
        library.no_truncation()
        library.no_padding()
        return library

    @cached_property
    def steered(self):
        """The library's object that knows special tokens in a text."""
        return self.loaded()

    @classmethod
    def from_file(cls, path: str | os.PathLike):
        """Read a tokenizer.json; ValueError where it is none."""
        try:
            content = json.loads(read_text(path))
            if not isinstance(content, dict) or "model" not in content:
                raise ValueError("expected an object with a model")
            return cls(content)
        except (KeyError, TypeError, ValueError) as problem:
            raise ValueError(f"{path} is no tokenizer.json: "
                             f"{problem}") from None

    def encode_ordinary(self, text: str) -> list[int]:
        return self.library.encode(repair_surrogates(text),
                                   add_special_tokens=False).ids

    def encode_special(self, text, allowed_special, disallowed_special):
        parts = list(split_special(text, self.special_tokens,
                                   allowed_special, disallowed_special))
        everything = allowed_special == "all" or (len(parts) > 1 and all(
            token in allowed_special for token in self.special_tokens
            if token in text))
        if everything:
            # one pass: a token may take the spaces around it
            return self.steered.encode(repair_surrogates(text),
                                       add_special_tokens=False).ids
        return [i for part, token in parts for i in (
            *self.encode_ordinary(part), *([] if token is None else [token]))]

    def write(self, path: str | os.PathLike) -> None:
        """Write the tokenizer.json again."""
        content = self.content
        if beginning_of(content) != self.beginning_of_text:
            before = {name: i for name, i in self.special_tokens.items()
                      if i == self.beginning_of_text}
            content = content | {"post_processor": template(before, {})}
        write_atomically(path, json_text(content, ensure_ascii=False,
                                         indent=1))

    def to_dict(self):
        return {"kind": self.kind, "content": self.content,
                **self.marks.to_state(self.usual_marks)}

    @classmethod
    def from_dict(cls, state):
        return cls(state["content"], TextMarks.from_state(state))
