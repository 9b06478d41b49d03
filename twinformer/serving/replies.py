"""The server's answers, in OpenAI's words."""
import time
import uuid
from collections.abc import Sequence
from typing import Any

from .engine import Job
from .running_text import Piece, RunningText

__all__ = ["Reply", "error", "usage"]


def error(message: str, kind: str = "invalid_request_error", code: str | None = None,
          param: str | None = None) -> dict[str, Any]:
    """The body of a refusal."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def usage(jobs: Sequence[Job]) -> dict[str, int]:
    """Tokens read and written."""
    read = sum(len(job.request.ids) for job in jobs)
    written = sum(len(text.pieces) for job in jobs for text in job.texts)
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


class Reply:
    """The shape of one answer: of a completion or of a chat, whole or in chunks.

    Parameters
    ----------
    chat
        Whether it is a chat's.
    echoed
        For each prompt what stands in front of its texts.
    """

    def __init__(self, chat: bool, model: str, tokenizer: Any, echoed: Sequence[str] = ()):
        self.chat, self.model, self.tokenizer, self.echoed = chat, model, tokenizer, echoed
        self.id = ("chatcmpl-" if chat else "cmpl-") + uuid.uuid4().hex
        self.created = int(time.time())

    def frame(self, chunk: bool, choices: list, **more) -> dict[str, Any]:
        kind = "chat.completion" if self.chat else "text_completion"
        return {"id": self.id, "object": kind + (".chunk" if chunk and self.chat else ""),
                "created": self.created, "model": self.model, "choices": choices, **more}

    def whole(self, jobs: Sequence[Job]) -> dict[str, Any]:
        """All texts of all prompts."""
        choices = []
        for number, job in enumerate(jobs):
            for text in job.texts:
                index = number * job.request.n + text.number
                said = self.echo(number) + text.text
                content: dict[str, Any]
                if self.chat:
                    content = {"message": {"role": "assistant", "content": said.strip()}}
                else:
                    content = {"text": said}
                choices.append({"index": index, **content, "finish_reason": text.ended,
                                "logprobs": self.logprobs(text, text.pieces)})
        return self.frame(False, choices, usage=usage(jobs))

    def first(self, number: int, job: Job) -> list[dict[str, Any]]:
        """Chunks that come before any token."""
        found = []
        for index in range(number * job.request.n, (number + 1) * job.request.n):
            if self.chat:
                found.append({"index": index, "delta": {"role": "assistant", "content": ""},
                              "finish_reason": None, "logprobs": None})
            elif self.echo(number):
                found.append({"index": index, "text": self.echo(number), "finish_reason": None,
                              "logprobs": None})
        return [self.frame(True, [choice]) for choice in found]

    def chunk(self, number: int, text: RunningText, piece: Piece) -> dict[str, Any]:
        """One step of one text."""
        index = number * text.request.n + text.number
        content: dict[str, Any] = ({"delta": {"content": piece.text}} if self.chat
                                   else {"text": piece.text})
        return self.frame(True, [{"index": index, **content, "finish_reason": piece.ended,
                                  "logprobs": self.logprobs(text, [piece])}])

    def echo(self, number: int) -> str:
        return self.echoed[number] if self.echoed else ""

    def logprobs(self, text: RunningText, pieces: Sequence[Piece]) -> dict[str, Any] | None:
        if text.request.logprobs is None:
            return None
        tokens = [piece.token for piece in pieces]
        if self.chat:
            return {"content": [
                {**self.spelled(token.id, token.logprob), "top_logprobs": [
                    self.spelled(*other) for other in token.likeliest]} for token in tokens],
                "refusal": None}
        return {"tokens": [self.name(token.id) for token in tokens],
                "token_logprobs": [token.logprob for token in tokens],
                "top_logprobs": [{self.name(other): logprob for other, logprob
                                  in token.likeliest} for token in tokens],
                "text_offset": offsets(text, pieces)}

    def spelled(self, token: int, logprob: float | None) -> dict[str, Any]:
        known = 0 <= token < self.tokenizer.vocab_size
        return {"token": self.name(token), "logprob": logprob,
                "bytes": list(self.tokenizer.token_bytes(token)) if known else None}

    def name(self, token: int) -> str:
        """A token as text; half a character as bytes:\\xe6."""
        if not 0 <= token < self.tokenizer.vocab_size:
            return f"<{token}>"
        spelling = self.tokenizer.token_bytes(token)
        try:
            return spelling.decode()
        except UnicodeDecodeError:
            return "bytes:" + "".join(f"\\x{byte:02x}" for byte in spelling)


def offsets(text: RunningText, pieces: Sequence[Piece]) -> list[int]:
    """At which character of the new text each piece begins."""
    found, place = [], 0
    wanted = {id(piece) for piece in pieces}
    for piece in text.pieces:
        if id(piece) in wanted:
            found.append(place)
        place += len(piece.text)
    return found
