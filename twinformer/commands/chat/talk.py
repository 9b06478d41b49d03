"""A conversation with a model that writes: what was said, and what may be changed in between."""
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ...backend import implementation
from ...chat.conversation import shortened
from ...chat.saved import read_conversation, save_conversation
from ...corpora.turns import Turn
from ...generation.options import check_sampling_options

__all__ = ["Talk"]

LEAST = 16      # tokens of an answer for which there has to be room


@dataclass
class Talk:
    """The model, the words it is asked in, and the turns so far.

    Attributes
    ----------
    write
        (ids, room, seed) -> pieces of text.
    options
        temperature and what else ``generate_text`` takes.
    told
        What was said about the conversation's length, once.
    """

    model: Any
    tokenizer: Any
    style: Any
    package: Any
    options: dict[str, Any]
    max_new_tokens: int
    seed: int
    greeting: str
    turns: list[Turn] = field(default_factory=list)
    forgotten: int = 0

    @classmethod
    def opened(cls, arguments: Any, turns: list[Turn]) -> "Talk":
        from ..ask import with_thinking
        from ..generate import build_model
        from ..opening import open_model
        from .opening import chat_style

        opened = open_model(arguments.model, arguments.backend)
        name, style = chat_style(opened, arguments.template)
        if arguments.thinking is not None:
            style = with_thinking(style, arguments.thinking)
        model, where = build_model(opened, arguments.backend, arguments.device)
        taught = "" if opened.task.get("template") or arguments.template else (
            f"; it was not taught to answer, and is asked with the {name} template all the same")
        if arguments.system:
            turns = [Turn("system", arguments.system),
                     *(turn for turn in turns if turn.role != "system")]
        if turns and turns[-1].role == "user":
            turns = turns[:-1]      # a question that was never answered
        return cls(
            model, opened.tokenizer, style, implementation(arguments.backend),
            {"temperature": arguments.temperature, "top_k": arguments.top_k,
             "top_p": arguments.top_p, "min_p": arguments.min_p,
             "repetition_penalty": arguments.repetition_penalty},
            arguments.max_new_tokens, arguments.seed,
            f"{arguments.model} ({arguments.backend} on {where}){taught}\n"
            "/help says what may be said besides; Ctrl-C stops an answer, Ctrl-D ends",
            turns)

    def answer(self, text: str) -> Iterator[str]:
        """Its answer, piece by piece. What was written when it is stopped stays said.

        Raises
        ------
        ValueError
            The question does not fit into the model's context; it is as if it was never asked.
        """
        asked = [*self.turns, Turn("user", text)]
        context = self.model.config.context_length
        room = context - min(self.max_new_tokens, LEAST, context - 1)
        kept, ids = shortened(self.style, asked, self.tokenizer, room)
        if len(kept) < len(asked) and self.forgotten < len(asked) - len(kept):
            self.forgotten = len(asked) - len(kept)
            print(f"the model looks at {context} tokens: it no longer sees the first "
                  f"{self.forgotten} messages", file=sys.stderr)
        written, whole = [], False
        try:
            for piece in self.pieces(ids, min(self.max_new_tokens, context - len(ids))):
                written.append(piece)
                yield piece
            whole = True
        finally:
            if whole or "".join(written).strip():   # else it is as if nothing had been asked
                self.turns = [*asked, Turn("assistant", self.style.answer("".join(written)))]

    def pieces(self, ids: list[int], most: int) -> Iterator[str]:
        from ...finetuning.answering import stop_ids
        from ...generation.stop_strings import until_stop_string
        from ...generation.streaming import stream_text

        stop = stop_ids(self.style, self.tokenizer)
        new = self.package.generate(
            self.model, ids, most, stop=stop, vocab_limit=self.tokenizer.vocab_size,
            seed=self.seed + len(self.turns), **self.options)
        pieces = stream_text(self.tokenizer, new, stop, goes_on=True)
        mark = self.style.after_response
        return until_stop_string(pieces, [mark]) if mark else pieces

    @property
    def commands(self) -> dict[str, tuple[str, str, Callable[[str], Any]]]:
        """{name: (what follows it, what it does, who does it)}"""
        return {
            "system": ("[TEXT]", "tell the model who it is, or forget that; what was said stays",
                       self.set_system),
            "temperature": ("NUMBER", "0 is the likeliest answer, 1 as the model has it",
                            self.set_temperature),
            "retry": ("", "the last answer again, in other words", self.retry),
            "clear": ("", "forget all that was said", self.clear),
            "history": ("", "show all that was said", self.history),
            "save": ("FILE", "write the conversation to a file", self.save),
            "load": ("FILE", "go on with a saved conversation", self.load),
        }

    def set_system(self, text: str) -> str:
        rest = [turn for turn in self.turns if turn.role != "system"]
        self.turns = [Turn("system", text), *rest] if text else rest
        return "it is told" if text else "it is told nothing any more"

    def set_temperature(self, text: str) -> str:
        try:
            value = float(text)
        except ValueError:
            raise ValueError(f"expected a number, such as /temperature 0.7, got {text!r}"
                             ) from None
        check_sampling_options(value)
        self.options["temperature"] = value
        return f"temperature {value:g}"

    def retry(self, _: str) -> Iterator[str]:
        """Another seed; and a temperature above 0, without which nothing would change."""
        if not self.turns or self.turns[-1].role != "assistant":
            raise ValueError("there is no answer yet that could be given again")
        question = self.turns[-2].text
        self.turns, self.seed = self.turns[:-2], self.seed + 1
        if self.options["temperature"] == 0:
            print("at temperature 0 the answer is always the same; /temperature 0.7 changes it",
                  file=sys.stderr)
        return self.answer(question)

    def clear(self, _: str) -> str:
        self.turns = [turn for turn in self.turns if turn.role == "system"]
        self.forgotten = 0
        return "all is forgotten"

    def history(self, _: str) -> str:
        return "\n".join(f"{turn.role}: {turn.text}" for turn in self.turns) or "nothing yet"

    def save(self, name: str) -> str:
        if not name:
            raise ValueError("expected the name of a file: /save talk.json")
        return f"saved to {save_conversation(name, self.turns)}"

    def load(self, name: str) -> str:
        if not name:
            raise ValueError("expected the name of a file: /load talk.json")
        self.turns, self.forgotten = read_conversation(name), 0
        return f"{len(self.turns)} messages are read"
