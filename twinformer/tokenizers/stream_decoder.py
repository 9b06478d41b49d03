"""Text from ids that come one at a time, as a model writes them."""
import codecs

__all__ = ["StreamDecoder"]


class StreamDecoder:
    """Decodes one stream of ids; ``Tokenizer.stream_decoder`` makes it.

    A character may be spread over several tokens; its text comes with the
    last of them. All the text together is what ``decode`` returns; where it
    goes on with another text, it keeps the space that parts the two.
    """

    def __init__(self, tokenizer, errors: str = "replace", goes_on: bool = False):
        self._token_bytes = tokenizer.token_bytes
        self._strip = tokenizer.spaced and not goes_on
        self._utf8 = codecs.getincrementaldecoder("utf-8")(errors)

    def add(self, token: int) -> str:
        """The text that this id completes, often one word, maybe none."""
        return self._stripped(self._utf8.decode(self._token_bytes(int(token))))

    def finish(self) -> str:
        """What is left at the end: U+FFFD where a character was cut off."""
        return self._stripped(self._utf8.decode(b"", final=True))

    def _stripped(self, text: str) -> str:
        if self._strip and text:
            self._strip = False
            return text.removeprefix(" ")
        return text
