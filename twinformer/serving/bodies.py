"""The bodies of requests, in OpenAI's words: https://platform.openai.com/docs/api-reference.

What this server cannot do is refused by name; what changes nothing (``user``, ``metadata``) is
passed over, as clients send much.
"""
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, field_validator, model_validator

__all__ = ["ChatBody", "ClassifyBody", "CompletionBody", "EmbeddingsBody", "NextBody",
           "TextBody"]

MOST_PROMPTS, MOST_TEXTS = 128, 2048     # of one request

Number = Annotated[float, Field(allow_inf_nan=False)]
Id = Annotated[int, Field(ge=0)]


class StreamOptions(BaseModel):
    include_usage: bool = False


class WritingBody(BaseModel):
    """What completions and chats have in common."""

    model: str | None = None
    temperature: Number = Field(1.0, ge=0, le=100)
    top_p: Number = Field(1.0, gt=0, le=1)
    top_k: int | None = Field(None, ge=1)
    min_p: Number | None = Field(None, ge=0, le=1)
    repetition_penalty: Number = Field(1.0, gt=0)
    logit_bias: dict[int, Number] | None = None
    n: int = Field(1, ge=1, le=128)
    seed: int | None = Field(None, ge=0)
    stop: str | list[str] | None = None
    stream: bool = False
    stream_options: StreamOptions | None = None
    presence_penalty: Number | None = None
    frequency_penalty: Number | None = None

    @field_validator("stop")
    @classmethod
    def four_at_most(cls, stop):
        strings = [stop] if isinstance(stop, str) else stop or []
        if len(strings) > 16 or any(not 0 < len(string) <= 1000 for string in strings):
            raise ValueError("expected up to 16 stop strings of 1 to 1,000 characters each")
        return stop

    @field_validator("logit_bias")
    @classmethod
    def not_too_many(cls, bias):
        if bias and len(bias) > 1024:
            raise ValueError("expected at most 1,024 tokens in logit_bias")
        return bias

    @model_validator(mode="after")
    def only_what_we_can(self):
        for name in ("presence_penalty", "frequency_penalty"):
            if getattr(self, name):
                raise ValueError(f"{name} is not to be had here; repetition_penalty is "
                                 "(1 leaves the model as it is, 1.1 to 1.3 is usual)")
        return self

    @property
    def stop_strings(self) -> tuple[str, ...]:
        return (self.stop,) if isinstance(self.stop, str) else tuple(self.stop or ())

    @property
    def tells_usage(self) -> bool:
        return bool(self.stream_options and self.stream_options.include_usage)


class CompletionBody(WritingBody):
    """POST /v1/completions"""

    prompt: str | list[str] | list[Id] | list[list[Id]]
    max_tokens: int = Field(16, ge=1)
    logprobs: int | None = Field(None, ge=0, le=20)
    echo: bool = False
    best_of: int | None = None
    suffix: str | None = None

    @model_validator(mode="after")
    def as_completions_here(self):
        if self.suffix:
            raise ValueError("suffix is not to be had here: these models write from left to right")
        if len(self.prompts) > MOST_PROMPTS:
            raise ValueError(f"expected at most {MOST_PROMPTS} prompts at once, got "
                             f"{len(self.prompts):,}")
        if self.best_of not in (None, self.n):
            raise ValueError("best_of is not to be had here; ask for n texts and choose")
        return self

    @property
    def prompts(self) -> list[str] | list[list[int]]:
        """One or several, of text or of token ids."""
        prompt: Any = self.prompt
        if isinstance(prompt, str) or (prompt and isinstance(prompt[0], int)):
            return [prompt]
        return prompt


class Part(BaseModel):
    type: Literal["text"]
    text: str


class Message(BaseModel):
    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[Part]

    @property
    def text(self) -> str:
        if isinstance(self.content, str):
            return self.content
        return "".join(part.text for part in self.content)


class ResponseFormat(BaseModel):
    type: Literal["text"]


class ChatBody(WritingBody):
    """POST /v1/chat/completions"""

    messages: list[Message] = Field(min_length=1, max_length=4096)
    max_tokens: int | None = Field(None, ge=1)
    max_completion_tokens: int | None = Field(None, ge=1)
    logprobs: bool = False
    top_logprobs: int = Field(0, ge=0, le=20)
    response_format: ResponseFormat | None = None
    tools: list | None = None
    functions: list | None = None

    @model_validator(mode="after")
    def as_chats_here(self):
        if self.tools or self.functions:
            raise ValueError("tools are not to be had here: the models of this project were not "
                             "taught to call any")
        if self.messages[-1].role == "assistant":
            raise ValueError("the last message is the assistant's; expected a question, of the "
                             "user, as the last one")
        return self

    @property
    def limit(self) -> int | None:
        return self.max_completion_tokens or self.max_tokens


class EmbeddingsBody(BaseModel):
    """POST /v1/embeddings"""

    model: str | None = None
    input: (str | Annotated[list[str], Field(max_length=MOST_TEXTS)] | list[Id]
            | Annotated[list[list[Id]], Field(max_length=MOST_TEXTS)])
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: int | None = None


class ClassifyBody(BaseModel):
    """POST /classify"""

    texts: str | Annotated[list[str], Field(min_length=1, max_length=MOST_TEXTS)]


class TextBody(BaseModel):
    """POST /api/tokens, /api/attention"""

    text: str = Field(max_length=100_000)


class NextBody(TextBody):
    """POST /api/next"""

    count: int = Field(12, ge=1, le=200)
    temperature: Number = Field(1.0, ge=0, le=100)
