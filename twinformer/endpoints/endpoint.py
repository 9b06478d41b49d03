"""A language model behind HTTP, asked patiently.

Two ways to ask: OpenAI's, which many servers understand (vLLM, llama.cpp, LM
Studio, Ollama under /v1), and Ollama's own. Networks and servers fail for a
while: what may pass is tried again after a pause that doubles, or for as long
as the server asks for (Retry-After). What will not pass is said at once.

The key goes into one header of the request and nowhere else. Redirects are
not followed, for they could carry it to another machine.
"""
import time
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from tenacity import (
    RetryCallState, Retrying, retry_if_exception, stop_after_attempt,
    wait_exponential,
)

from ..io.network import in_words
from .address import address
from .refusals import Unanswered, refusal
from .reply import Reply, reply_of

__all__ = ["Endpoint", "Message"]

LOCAL = ("localhost", "127.0.0.1", "::1")
LARGEST = 2**22         # bytes of an answer; more is none
LONGEST_PAUSE = 60.0    # seconds between two tries, by our own choice
# What io.network says where nobody listens at an address
NO_SERVER = ("no connection", "the name is not known (no network?)",
             "the proxy cannot be reached", "its certificate is not accepted")

Message = dict[str, str]    # {"role": "user", "content": ...}


class Endpoint:
    """Where a model answers.

    Parameters
    ----------
    url : str
        http://localhost:11434 (Ollama), https://api.openai.com/v1, or the
        whole address of a chat.
    model : str
    key : str
        For the header "Authorization: Bearer ...", or "".
    protocol : "auto", "openai" or "ollama"
    temperature : float or None
    seed : int or None
        None leaves it to the server; some refuse one or the other.
    max_tokens : int or None
        How long an answer may become; None leaves it to the server.
    tries : int
        For each question.
    pause : float
        Seconds before the second try; doubled each time.
    patience : float
        Seconds until an answer has to be there, whole.
    tell : callable
        Is told in words why there is a pause.

    Raises
    ------
    ValueError
        For an address that cannot be asked.
    """

    def __init__(self, url: str, model: str, *, key: str = "",
                 protocol: str = "auto", temperature: float | None = 0.0,
                 seed: int | None = 123, max_tokens: int | None = None,
                 tries: int = 6, pause: float = 1.0, patience: float = 120.0,
                 tell: Callable[[str], None] = lambda words: None):
        self.url, self.protocol = address(url, protocol)
        if tries < 1 or patience <= 0 or pause < 0:
            raise ValueError(f"an endpoint needs at least 1 try, some patience and no pause "
                             f"below 0, got {tries}, {patience} s and {pause} s")
        self.model, self.key = model, key
        self.temperature, self.seed = temperature, seed
        self.max_tokens = max_tokens
        self.tries, self.pause, self.patience = tries, pause, patience
        self.tell = tell

    def ask(self, messages: Sequence[Message]) -> str:
        """The model's answer to a conversation; raises as ``reply`` does."""
        return self.reply(messages).text

    def reply(self, messages: Sequence[Message], draw: int = 0) -> Reply:
        """The model's answer, and whether it came to its end.

        Parameters
        ----------
        draw
            Which of several answers to the same: it is added to the seed.

        Raises
        ------
        Unanswered
            After the last try, or at once where trying again is useless.
        """
        asking = Retrying(
            retry=retry_if_exception(may_pass), wait=self.pause_after,
            stop=stop_after_attempt(self.tries), before_sleep=self.say_why,
            reraise=True)
        try:
            return asking(lambda: reply_of(self.post(messages, draw),
                                           self.protocol))
        except Unanswered as problem:
            reason = self.without_key(str(problem))
            if self.protocol == "ollama" and reason == NO_SERVER[0]:
                reason += " (is Ollama running? `ollama serve` starts it)"
            raise Unanswered(f"{self.url} {reason}", again=problem.again,
                             final=problem.final) from None

    def pause_after(self, state: RetryCallState) -> float:
        """Seconds until the next try: doubled, or what the server asks."""
        own = wait_exponential(self.pause, max=LONGEST_PAUSE)(state)
        return max(own, problem_of(state).wait)

    def say_why(self, state: RetryCallState) -> None:
        reason = self.without_key(str(problem_of(state)))
        self.tell(f"{self.url} {reason}; try {state.attempt_number + 1} of "
                  f"{self.tries} in {state.upcoming_sleep:.0f} s")

    def post(self, messages: Sequence[Message], draw: int) -> bytes:
        """The body of one answer with status 200."""
        import requests

        headers = {"User-Agent": "twinformer"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        try:
            with requests.Session() as session:
                # No proxy stands between this machine and itself
                session.trust_env = urlsplit(self.url).hostname not in LOCAL
                # auth: or a ~/.netrc would put its own in the key's place
                response = session.post(
                    self.url, json=self.question(messages, draw),
                    headers=headers, auth=lambda request: request,
                    stream=True, allow_redirects=False,
                    timeout=(10, self.patience))
                with response:
                    body = self.read(response)
        except requests.exceptions.RequestException as problem:
            # without a connection after all tries, there is no server
            words = in_words(problem)
            raise Unanswered(words, again=True,
                             final=words in NO_SERVER) from None
        if response.status_code != 200:
            raise refusal(response, body)
        return body

    def question(self, messages: Sequence[Message],
                 draw: int = 0) -> dict[str, Any]:
        """The body of a request."""
        ollama = self.protocol == "ollama"
        options = {
            "seed": None if self.seed is None else self.seed + draw,
            "temperature": self.temperature,
            "num_predict" if ollama else "max_tokens": self.max_tokens}
        options = {name: value for name, value in options.items()
                   if value is not None}
        asked = {"model": self.model, "messages": list(messages),
                 "stream": False}
        return asked | ({"options": options} if ollama else options)

    def read(self, response) -> bytes:
        """The whole body, in time: a server may send it drop by drop."""
        until = time.monotonic() + self.patience
        body = bytearray()
        for byte in response.iter_content(1):   # more would wait for more
            body += byte
            if time.monotonic() > until:
                raise Unanswered("did not finish its answer in "
                                 f"{self.patience:.0f} s", again=True)
            if len(body) > LARGEST:
                raise Unanswered("answers without end", again=True)
        return bytes(body)

    def without_key(self, words: str) -> str:
        return words.replace(self.key, "[key]") if self.key else words


def may_pass(problem: BaseException) -> bool:
    return isinstance(problem, Unanswered) and problem.again


def problem_of(state: RetryCallState) -> Unanswered:
    """Why the last try of a question failed."""
    assert state.outcome is not None
    problem = state.outcome.exception()
    assert isinstance(problem, Unanswered)
    return problem
