"""One text while it is being written: its dice, its characters, and why it ends."""
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..generation.stop_strings import StopWatch
from .text_request import TextRequest

__all__ = ["Piece", "RunningText", "Token"]


@dataclass(frozen=True)
class Token:
    """A token that was written, and what else was likely.

    Attributes
    ----------
    logprob
        ln of its probability, by the model itself: before temperature and cuts.
    likeliest
        (token id, ln of its probability) of the likeliest, the first one first.
    """

    id: int
    logprob: float | None = None
    likeliest: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True)
class Piece:
    """What one step adds to a text.

    Attributes
    ----------
    text
        "" while a character, or what may become a stop string, is incomplete.
    ended
        "stop" after a stop token or string, "length" where the room ends, else None.
    """

    text: str
    token: Token
    ended: str | None = None


class RunningText:
    """Text number ``number`` of a request.

    reference : numpy_impl, whose LogitsProcessor is applied
    """

    def __init__(self, request: TextRequest, number: int, tokenizer: Any, reference: Any):
        self.request, self.number = request, number
        self.sequence = list(request.ids)
        self.pieces: list[Piece] = []
        self.dice = np.random.default_rng([request.seed, number])
        self.process = reference.LogitsProcessor(
            request.vocab_size, repetition_penalty=request.repetition_penalty,
            logit_bias=request.logit_bias)
        self.plain = request.repetition_penalty == 1 and not request.logit_bias
        self.decoder = tokenizer.stream_decoder(goes_on=True)
        self.watch = StopWatch(request.stop_strings)

    @property
    def ended(self) -> str | None:
        return self.pieces[-1].ended if self.pieces else None

    def processed(self, logits: np.ndarray) -> np.ndarray:
        """logits (V,) of the model -> those that are drawn from"""
        if self.plain:
            return logits
        return self.process(logits[None], np.array([self.sequence]), len(self.request.ids))[0]

    def add(self, token: int, logits: np.ndarray) -> Piece:
        """The token that was drawn, and the model's logits (V,) that it was drawn from."""
        request, ended = self.request, None
        self.sequence.append(token)
        if token in request.stop:
            text, ended = self.watch.rest(), "stop"
        else:
            text = self.watch.add(self.decoder.add(token))
            if self.watch.found:
                ended = "stop"
            elif len(self.pieces) + 1 >= request.room:
                text, ended = text + self.watch.rest(), "length"
        piece = Piece(text, told(token, logits, request.logprobs), ended)
        self.pieces.append(piece)
        return piece

    @property
    def text(self) -> str:
        """All that has been written."""
        return "".join(piece.text for piece in self.pieces)


def told(token: int, logits: np.ndarray, count: int | None) -> Token:
    """The token with its logprob, and the likeliest ones', of logits (V,)"""
    if count is None:
        return Token(token)
    shifted = logits - logits.max()
    logprobs = shifted - np.log(np.exp(shifted).sum())                  # (V,)
    likeliest = np.argsort(-logprobs, kind="stable")[:count].tolist()
    return Token(token, float(logprobs[token]),
                 tuple((other, float(logprobs[other])) for other in likeliest))
