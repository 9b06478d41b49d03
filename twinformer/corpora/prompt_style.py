"""A task between marks: what a model is given, and what it is to answer."""
from collections.abc import Sequence
from dataclasses import dataclass

from .records import Instruction, Preference
from .turns import EncodedTask, Turn, joined, system_in_question
from ..tokenizers.tokenizer import Tokenizer

__all__ = ["PromptStyle"]


@dataclass(frozen=True, kw_only=True)
class PromptStyle:
    """The marks of one style.

    Attributes
    ----------
    before_instruction, before_input, before_response
        What stands in front of each part. A part that is empty is left out
        with its mark.
    after_response
        What ends an answer, besides the end of text that follows it.
    before_all
        What stands in front of everything.
    before_system, after_system
        Around what the system says; without them it stands in front of the
        next question.
    after_turn
        Behind an answer, where the conversation goes on.
    no_thoughts
        In front of an answer that has no thoughts, of a model that thinks.
    thinking
        Whether the model says itself that it has no thoughts; else it is
        told so at the end of a question.
    strip
        Whether what is said loses the spaces around it.
    """

    before_instruction: str
    before_input: str
    before_response: str
    after_response: str = ""
    before_all: str = ""
    before_system: str = ""
    after_system: str = ""
    after_turn: str = ""
    no_thoughts: str = ""
    thinking: bool = True
    strip: bool = False

    @property
    def turns(self) -> bool:
        """Whether a conversation may go on: an answer has an end then."""
        return bool(self.after_response)

    def said(self, text: str) -> str:
        return text.strip() if self.strip else text

    @property
    def asking(self) -> str:
        """The end of a question: what it is answered behind."""
        return self.before_response + ("" if self.thinking
                                       else self.no_thoughts)

    def thoughts(self, answer: str) -> str:
        return (self.no_thoughts if self.thinking
                and "</think>" not in answer else "")

    def prompt(self, task: Instruction | Preference) -> str:
        """The task, without the mark in front of the answer, and without
        what was said before."""
        text = (self.before_all + self.before_instruction
                + self.said(task.instruction))
        if task.input:
            text += self.before_input + self.said(task.input)
        return text

    def question(self, task: Instruction | Preference) -> str:
        """All that a model is given before it answers."""
        return self.prompt(task) + self.asking

    def response(self, answer: str) -> str:
        """An answer with the mark in front of it."""
        return (self.asking + self.thoughts(answer)
                + self.said(answer) + self.after_response)

    def full(self, task: Instruction | Preference) -> str:
        """Task and answer: what a model is trained on."""
        return self.prompt(task) + self.response(task.output)

    def question_ids(self, task: Instruction | Preference,
                     tokenizer: Tokenizer) -> list[int]:
        """The question as token ids

        A mark becomes one id where it is a special token of the tokenizer
        (ChatML's in the vocabulary of a chat model) and is spelled out where
        it is not (in GPT-2's); the words of the task are always plain text,
        whatever they contain.
        """
        return self.encoded(task, (), tokenizer).question

    def answer_ids(self, answer: str, tokenizer: Tokenizer) -> list[int]:
        """An answer as token ids, up to the end of text, which is left out"""
        return (marked(tokenizer, self.thoughts(answer))
                + tokenizer.encode_ordinary(self.said(answer))
                + marked(tokenizer, self.after_response))

    def encoded(self, task: Instruction | Preference, answers: Sequence[str],
                tokenizer: Tokenizer) -> EncodedTask:
        """A task, what was said before it, and answers, as token ids"""
        ids = tokenizer.encode(self.before_all, "all",
                               add_beginning=bool(self.before_all))
        earlier = []
        turns = joined([*task.history, Turn("user", task.instruction)])
        if not self.before_system:
            turns = system_in_question(turns)
        for number, (role, text) in enumerate(turns, 1):
            before, after = {
                "system": (self.before_system, self.after_system),
                "user": (self.before_instruction, ""),
                "assistant": ("", self.after_response)}[role]
            # what was thought for an earlier answer is forgotten
            if role == "assistant" and self.no_thoughts:
                text = text.rpartition("</think>")[2].lstrip("\n")
            ids += tokenizer.encode(before, "all", add_beginning=not ids)
            start = len(ids)
            ids += tokenizer.encode_ordinary(self.said(text))
            if number == len(turns) and task.input:
                ids += marked(tokenizer, self.before_input)
                ids += tokenizer.encode_ordinary(self.said(task.input))
            ids += marked(tokenizer, after)
            if role == "assistant":
                earlier.append((start, len(ids)))
                ids += marked(tokenizer, self.after_turn)
            elif role == "user":
                ids += marked(tokenizer, self.asking if number == len(turns)
                              else self.before_response)
        return EncodedTask(ids, [self.answer_ids(answer, tokenizer)
                                 for answer in answers], tuple(earlier))

    def parted(self, task: Instruction) -> list[Instruction]:
        """The tasks to learn from: a style writes all answers alike."""
        return [task]

    def answer(self, text: str) -> str:
        """What a model wrote after a question, without the marks."""
        if self.after_response:
            text = text.partition(self.after_response)[0]
        return text.strip().removeprefix(self.no_thoughts.strip()).strip()


def marked(tokenizer: Tokenizer, mark: str) -> list[int]:
    return tokenizer.encode(mark, allowed_special="all")
