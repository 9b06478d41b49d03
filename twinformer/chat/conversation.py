"""A conversation in a model's own words, whatever it was taught with."""
from collections.abc import Sequence

from ..corpora.prompt_style import PromptStyle
from ..corpora.records import Instruction
from ..corpora.turns import Turn
from ..tokenizers.tokenizer import Tokenizer
from .template import ChatTemplate

__all__ = ["conversation_ids", "shortened"]


def conversation_ids(style: PromptStyle | ChatTemplate, turns: Sequence[Turn],
                     tokenizer: Tokenizer) -> list[int]:
    """Token ids of all that was said, up to where the assistant is to answer.

    A style of single tasks (Alpaca's) has no form for what was said before: the last question
    stands alone there, behind what the system says.

    Raises
    ------
    ValueError
        Nobody asks anything, or the template refuses the conversation.
    """
    if not turns or turns[-1].role != "user":
        raise ValueError("expected a conversation that ends with a question of the user")
    if not turns[-1].text.strip():
        raise ValueError("the question is empty")
    if isinstance(style, ChatTemplate):
        return style.ids(turns, tokenizer, asks=True)
    *before, question = turns
    if not style.turns:
        before = [turn for turn in before if turn.role == "system"]
    return style.question_ids(Instruction(question.text, "", "", tuple(before)), tokenizer)


def shortened(style: PromptStyle | ChatTemplate, turns: Sequence[Turn], tokenizer: Tokenizer,
              room: int) -> tuple[list[Turn], list[int]]:
    """The turns without the oldest questions and answers that do not fit, and their ids.

    room : tokens, at most; what the system says always stays

    Raises
    ------
    ValueError
        Where not even the last question fits.
    """
    system = [turn for turn in turns if turn.role == "system"]
    rest = [turn for turn in turns if turn.role != "system"]
    while True:
        ids = conversation_ids(style, [*system, *rest], tokenizer)
        if len(ids) <= room:
            return [*system, *rest], ids
        later = next((i for i, turn in enumerate(rest) if i and turn.role == "user"), None)
        if later is None:
            raise ValueError(f"the question has {len(ids)} tokens with what stands around it, and "
                             f"there is room for {room}; shorten it")
        rest = rest[later:]
