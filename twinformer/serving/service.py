"""What is served: a model, its tokenizer, the way it is asked, and the engine that runs it."""
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..corpora.turns import Turn
from .bodies import ChatBody, CompletionBody, WritingBody
from .engine import Engine
from .text_request import TextRequest

__all__ = ["Service"]

ANSWER = 512        # tokens of an answer, where nobody says


@dataclass
class Service:
    """A model as the routes see it.

    Attributes
    ----------
    name
        What clients call it.
    engine
        None for a model that does not write: a classifier, an encoder.
    style
        The chat template or prompt style of its conversations.
    classifier
        Of a run of ``twinformer classify``, else None.
    encoder
        Texts in, vectors out, of a BERT; else None.
    next_logits
        Token ids in, logits (V,) of what follows out; None for a model that does not write.
    attention
        Token ids in, weights (L, H, T, T) out; None likewise.
    folder
        Of the run, for its curves; None for weights from elsewhere.
    """

    name: str
    tokenizer: Any
    config: Any
    engine: Engine | None = None
    style: Any = None
    classifier: Any = None
    encoder: Any = None
    next_logits: Any = None
    attention: Any = None
    folder: Path | None = None
    created: int = 0
    about: str = ""

    def completion_requests(self, body: CompletionBody) -> list[TextRequest]:
        """One for each prompt.

        Raises
        ------
        ValueError, TypeError
            A prompt is empty, too long, or has ids that the model does not know.
        """
        prompts = body.prompts
        if not prompts:
            raise ValueError("prompt is an empty list; give at least one text")
        return [self.request(body, self.prompt_ids(prompt), body.max_tokens, body.logprobs)
                for prompt in prompts]

    def prompt_ids(self, prompt: str | list[int]) -> list[int]:
        if not isinstance(prompt, str):
            return list(prompt)
        if prompt:
            return self.tokenizer.encode(prompt, allowed_special="all", add_beginning=True)
        if self.tokenizer.first_token is None:
            raise ValueError("the prompt is empty, and this model's tokenizer has no token that "
                             "begins a text; give it at least one character")
        return [self.tokenizer.first_token]

    def chat_request(self, body: ChatBody) -> TextRequest:
        """The conversation, up to where the assistant is to answer.

        Raises
        ------
        ValueError
            The template refuses it, or it is longer than the model's context.
        """
        from ..chat.conversation import conversation_ids

        turns = [Turn("system" if message.role == "developer" else message.role, message.text)
                 for message in body.messages]
        ids = conversation_ids(self.style, turns, self.tokenizer)
        return self.request(body, ids, body.limit or ANSWER,
                            body.top_logprobs if body.logprobs else None,
                            (self.style.after_response,))

    def request(self, body: WritingBody, ids: Sequence[int], max_new_tokens: int,
                logprobs: int | None, strings: tuple[str, ...] = ()) -> TextRequest:
        # a style's own sign ends an answer, be it a token of its own or spelled out
        spelled = tuple(text for text in strings if text)
        own = [self.tokenizer.special_tokens.get(text) for text in spelled]
        given = {} if body.seed is None else {"seed": body.seed}
        return TextRequest(
            ids=list(ids), context=self.config.context_length,
            vocab_size=self.config.vocab_size, max_new_tokens=max_new_tokens, n=body.n,
            temperature=body.temperature, top_k=body.top_k,
            top_p=None if body.top_p == 1 else body.top_p, min_p=body.min_p,
            repetition_penalty=body.repetition_penalty, logit_bias=body.logit_bias,
            stop=(*self.tokenizer.stop_tokens, *(token for token in own if token is not None)),
            stop_strings=(*body.stop_strings, *spelled), logprobs=logprobs,
            streamed=body.stream, **given)
