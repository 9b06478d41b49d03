"""From a stream of token ids to a stream of text, as fast as they come.

A token may end in the middle of a character (a byte-level tokenizer cuts
"é", a Chinese character or an emoji into several tokens), so text can only
be shown up to the last complete character. One that a limit cuts off is not
shown at all: half of it would be the sign for "no character", U+FFFD.
"""
from collections.abc import Collection, Iterable, Iterator

__all__ = ["broken_characters", "stream_text", "whole_text"]

BROKEN = "\N{REPLACEMENT CHARACTER}"


def stream_text(tokenizer, ids: Iterable[int],
                stop: Collection[int] = (), goes_on: bool = False) -> Iterator[str]:
    """Yield the text of each id as soon as it is complete.

    Parameters
    ----------
    tokenizer : any tokenizer of text/
    ids : token ids, for example what `generate` yields
    stop : ids that end the text and are no part of it
    goes_on : whether it goes on with another text, such as a prompt: then it
        may begin with a space

    Yields
    ------
    str
        One piece for each id, empty while a character is incomplete. Joined,
        they are the decoded text up to its last complete character.
    """
    decoder = tokenizer.stream_decoder(goes_on=goes_on)
    for token in ids:
        if token in stop:
            break
        yield decoder.add(token)


def whole_text(tokenizer, ids: Iterable[int]) -> str:
    """The decoded text, without a character that is cut off at the end."""
    return "".join(stream_text(tokenizer, ids))


def broken_characters(text: str) -> str:
    """Why a model's text has the sign U+FFFD in it; "" where it has none."""
    if BROKEN not in text:
        return ""
    return (f"{BROKEN} stands for bytes that form no character: tokens are "
            "pieces of bytes, and the model has not learned yet which of "
            "them belong together; train it longer, or a new one with a "
            "larger vocabulary")
