"""The chat template of a model: how a conversation is written for it.

A model that others have taught to chat has read conversations in one form,
and answers well in that form alone. The form comes with it, as a template.
"""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from jinja2.exceptions import TemplateError

from ..corpora.records import Instruction, Preference, turns_of_task
from ..corpora.turns import EncodedTask, Turn, system_in_question
from ..tokenizers.tokenizer import Tokenizer
from .environment import compiled, rendered
from .writing import Writing, parted

__all__ = ["ChatTemplate"]

PROBE = "quizzaciously"     # a word that no template says of itself


@dataclass(frozen=True)
class ChatTemplate:
    """A template in Jinja and the variables it is given.

    Attributes
    ----------
    source
        The template. A file in a model's folder has it.
    variables
        Special tokens by their roles, such as bos_token, and switches, such
        as enable_thinking.
    now
        The time that it is told, if it asks; None: when it asks. While a
        model is taught, time stands still: its examples must not change.
    origin
        Where it comes from, for messages.

    Raises
    ------
    ValueError
        Where the source is no template.
    """

    source: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    now: datetime | None = None
    origin: str = "the chat template"

    turns = True        # a conversation may go on

    def __post_init__(self):
        try:
            compiled(self.source)
        except TemplateError as problem:
            raise ValueError(f"{self.origin} is no chat template: {problem}"
                             ) from None

    def text(self, turns: Sequence[Turn], *, asks: bool = False,
             marks: tuple[str, str] = ("", "")) -> str:
        """The conversation as transformers' apply_chat_template writes it.

        Where the template refuses what the system says, that stands in front
        of the question.

        Parameters
        ----------
        asks
            End where the assistant is to answer (add_generation_prompt).
        marks
            Stand around what {% generation %} encloses.

        Raises
        ------
        ValueError
            Where the template refuses the conversation, or fails.
        """
        try:
            return self.rendered(turns, asks, marks)
        except TemplateError as problem:
            refusal = ValueError(f"{self.origin} refuses this conversation: "
                                 f"{problem}")
        if any(turn.role == "system" for turn in turns):
            try:
                return self.rendered(system_in_question(turns), asks, marks)
            except TemplateError:
                pass
        raise refusal

    def rendered(self, turns: Sequence[Turn], asks: bool,
                 marks: tuple[str, str]) -> str:
        messages = [{"role": turn.role, "content": turn.text}
                    for turn in turns]
        return rendered(compiled(self.source), self.now, **{
            **self.variables, "messages": messages, "tools": None,
            "documents": None, "add_generation_prompt": asks,
            "generation_marks": marks})

    @cached_property
    def after_response(self) -> str:
        """The sign that ends an answer, such as <|im_end|>; "" for none."""
        try:
            text = self.text([Turn("user", "?"), Turn("assistant", PROBE)])
        except ValueError:
            return ""
        return text.rpartition(PROBE)[2].strip() if PROBE in text else ""

    def ids(self, turns: Sequence[Turn], tokenizer: Tokenizer, *,
            asks: bool = False) -> list[int]:
        """The conversation as token ids; special tokens in it are those of
        the template, and no others."""
        return Writing(self, tokenizer, turns).ids(turns, asks)

    def question_ids(self, task: Instruction | Preference,
                     tokenizer: Tokenizer) -> list[int]:
        """All that the model is given before it answers."""
        return self.ids(turns_of_task(task), tokenizer, asks=True)

    def encoded(self, task: Instruction | Preference, answers: Sequence[str],
                tokenizer: Tokenizer) -> EncodedTask:
        """A task and its answers as token ids.

        Raises
        ------
        ValueError
            Where an answer cannot be told from what stands before it.
        """
        turns = turns_of_task(task)
        spoken = [Turn("assistant", answer) for answer in answers]
        return Writing(self, tokenizer, [*turns, *spoken]).encoded(
            turns, spoken)

    def parted(self, task: Instruction) -> list[Instruction]:
        """The tasks to learn from: this one, or each answer by itself."""
        return parted(self, task)

    def answer(self, text: str) -> str:
        """What a model wrote after a question, without the marks."""
        if self.after_response:
            text = text.partition(self.after_response)[0]
        return text.strip()

    def to_dict(self) -> dict[str, Any]:
        """All that is needed to build it again, ready for JSON."""
        return {"source": self.source, "variables": dict(self.variables),
                "now": self.now and self.now.isoformat(),
                "origin": self.origin}

    @classmethod
    def from_dict(cls, state: Mapping[str, Any]) -> "ChatTemplate":
        """What to_dict gave; ValueError where it is none."""
        try:
            now = state["now"] and datetime.fromisoformat(state["now"])
            return cls(state["source"], state["variables"], now,
                       state["origin"])
        except (KeyError, TypeError) as problem:
            raise ValueError("the saved chat template is damaged: "
                             f"{type(problem).__name__} {problem}") from None
