"""What one request asks of a model, checked before it waits for its turn."""
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["TextRequest"]


@dataclass(frozen=True, kw_only=True)
class TextRequest:
    """A prompt, and how it is to be continued.

    Attributes
    ----------
    ids
        Token ids of the prompt.
    max_new_tokens
        Of each text; it ends where the model's context does, too.
    n
        Texts of the prompt.
    temperature, top_k, top_p, min_p, repetition_penalty, logit_bias
        As for ``generate``.
    seed
        From 0. Text number i of a seed is that of ``generate(..., seed=seed, n=n)``.
    stop, stop_strings
        Token ids after which, and strings in front of which, a text ends.
    logprobs
        So many of the likeliest tokens are told with each token; None for none.
    streamed
        Whether pieces are wanted as they come.

    Raises
    ------
    TypeError, ValueError
        An option is bad, or the prompt leaves no room in the context.
    """

    ids: list[int]
    context: int
    vocab_size: int
    max_new_tokens: int = 256
    n: int = 1
    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None
    min_p: float | None = None
    repetition_penalty: float = 1.0
    logit_bias: Mapping[int, float] | None = None
    seed: int = field(default_factory=lambda: secrets.randbits(31))
    stop: tuple[int, ...] = ()
    stop_strings: tuple[str, ...] = ()
    logprobs: int | None = None
    streamed: bool = False

    def __post_init__(self):
        from ..generation.options import (
            check_logit_bias,
            check_prompt,
            check_repetition_penalty,
            check_sampling_options,
            check_whole,
        )
        from ..generation.stop_strings import check_stop_strings

        check_prompt(self.ids, self.vocab_size)
        check_sampling_options(self.temperature, self.top_k, self.top_p, self.min_p)
        check_repetition_penalty(self.repetition_penalty)
        check_logit_bias(self.logit_bias, self.vocab_size)
        check_whole("max_tokens", self.max_new_tokens, 1, "256 is a long paragraph")
        check_whole("n", self.n, 1, "texts of the prompt")
        check_whole("seed", self.seed, 0, "any whole number from 0 will do")
        check_stop_strings(self.stop_strings)
        if len(self.ids) >= self.context:
            raise ValueError(f"the prompt has {len(self.ids)} tokens, and the model's context is "
                             f"{self.context}: there is no room for an answer; shorten it")

    @property
    def room(self) -> int:
        """How long a text may become."""
        return min(self.max_new_tokens, self.context - len(self.ids))

    @property
    def sampling(self) -> tuple:
        """What has to be equal for rows to be drawn in one go."""
        return (self.temperature, self.top_k, self.top_p, self.min_p)
