"""A conversation of the harness (--apply_chat_template) as one text."""
from collections.abc import Mapping, Sequence

from ..chat.conversation import conversation_ids
from ..chat.files import style_named
from ..chat.template import ChatTemplate
from ..corpora.prompt_style import PromptStyle
from ..corpora.turns import Turn
from ..runs.opened_run import OpenedRun
from ..tokenizers.tokenizer import Tokenizer

__all__ = ["chat_text", "style_of"]


def style_of(name: str, opened: OpenedRun) -> PromptStyle | ChatTemplate:
    """The style of this name; "" is that which the model was taught with.

    Raises
    ------
    ValueError
        The model was taught with none, or there is none of that name.
    """
    name = name or opened.task.get("template", "")
    if not name:
        raise ValueError(
            f"{opened.folder} was not taught to answer and brings no chat "
            "template; leave --apply_chat_template out, or name a template "
            "in --model_args: template=chatml")
    return style_named(name, opened.task)


def chat_text(style: PromptStyle | ChatTemplate,
              messages: Sequence[Mapping[str, str]], tokenizer: Tokenizer,
              asks: bool) -> str:
    """All that was said, up to where the assistant is to answer.

    asks : else the last message is the beginning of the answer

    Raises
    ------
    ValueError
        The style has no form for what is said.
    """
    turns = [Turn(each["role"], each["content"]) for each in messages]
    if not asks:
        if not turns or turns[-1].role != "assistant":
            raise ValueError("expected a message of the assistant at the end, "
                             "which its answer goes on from")
        return chat_text(style, messages[:-1], tokenizer, True
                         ) + turns[-1].text
    if isinstance(style, ChatTemplate):
        return style.text(turns, asks=True)
    if not style.turns and any(each.role == "assistant" for each in turns):
        raise ValueError(
            "this template is for one question and its answer, and has no "
            "form for a conversation; --fewshot_as_multiturn false puts the "
            "examples into the question")
    return tokenizer.decode(conversation_ids(style, turns, tokenizer))
